// The built command line as a process, run as an operator runs it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { root } from '../../config/paths.ts'
import { TIMEOUT } from '../bin/process.ts'
import { childEnvironment, type Ended } from './command.ts'

/** Start a command; what it says on stdout and on stderr is kept apart. */
export function startCommand(words: string[], environment: Record<string, string>, input = '') {
  const child = spawn(process.execPath, [join(root, 'dist', 'bin', 'sesame.js'), ...words], {
    cwd: root,
    env: { ...childEnvironment(), ...environment },
  })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text))
  child.stdin.on('error', () => undefined) // it may end without having read
  child.stdin.end(input)
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    return { code: (code ?? signal) as number | string, out: said.out, said: said.err }
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Wait until it has said this on stderr. */
    says: (words: string) => vi.waitUntil(() => said.err.includes(words), TIMEOUT),
  }
}

/** Run a command as a process to its end. */
export async function runProcess(...how: Parameters<typeof startCommand>): Promise<Ended> {
  return startCommand(...how).ended
}
