// What a command asks the person at the terminal: a password that is not shown, or a word as a confirmation.
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { Writable } from 'node:stream'
import { EXIT, Refusal, printError } from './terminal.ts'

/** Ask for a new password twice, without showing it. Throws a Refusal where nobody can be asked, or the two differ. */
export async function askPassword(): Promise<string> {
  requireTerminal('Pass the password on stdin with --password-stdin.')
  const password = await ask('Password: ', false)
  if ((await ask('The same again: ', false)) !== password) {
    throw new Refusal('The two passwords are not the same. Nothing was changed.')
  }
  return password
}

/** The password that was piped in: everything but the line's end. */
export async function readPassword(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}

/** Ask for a word to be typed out. Throws a Refusal where it is another one, or nobody can be asked. */
export async function confirmByTyping(question: string, word: string): Promise<void> {
  requireTerminal('Pass --yes to go on without being asked.')
  if ((await ask(question, true)).trim() !== word) {
    throw new Refusal('That is not it. Nothing was changed.')
  }
}

function requireTerminal(instead: string): void {
  if (!process.stdin.isTTY) {
    throw new Refusal(`There is no terminal to ask at. ${instead}`, EXIT.usage)
  }
}

async function ask(question: string, isShown: boolean): Promise<string> {
  process.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  // As a terminal it would take over the echo, which then goes nowhere.
  const output = isShown ? process.stderr : nowhere
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  const stopped = once(lines, 'SIGINT').then((): string => {
    throw new Refusal('Stopped. Nothing was changed.', EXIT.stopped)
  })
  const ended = once(lines, 'close').then(() => '')
  try {
    const line = once(lines, 'line').then(([typed]) => String(typed))
    return await Promise.race([line, stopped, ended])
  } finally {
    lines.close()
    if (!isShown) printError('')
  }
}
