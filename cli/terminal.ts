// What a command says: results on stdout, everything else on stderr, so that a pipe gets the results alone.
import { once } from 'node:events'
import stringWidth from 'string-width'
import { sesame } from '../config/paths.ts'

/** How a command ended, as the help of the program tells it. */
export const EXIT = {
  done: 0,
  refused: 1,
  usage: 2,
  noDatabase: 3,
  fault: 70,
  stopped: 130,
} as const

/** Thrown by a command that can't do what it was asked: the message is a sentence, shown without a stack. */
export class Refusal extends Error {
  readonly code: number

  constructor(message: string, code: number = EXIT.refused) {
    super(message)
    this.code = code
  }
}

/** Write a line of the result. Waits for a slow reader. */
export async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
}

/** Write a list as one JSON array, an element a line, each as soon as it is there. */
export async function printJsonList(items: AsyncIterable<unknown>): Promise<void> {
  let before = '['
  for await (const item of items) {
    await print(`${before}${plainJson(item)}`)
    before = ','
  }
  await print(before === '[' ? '[]' : ']')
}

/** Print something that is no result for the person at the terminal. */
export function printError(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** A number as people write it. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** A point in time, in UTC, to the minute. */
export function timeOf(date: Date | undefined): string {
  return date ? `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'unknown'
}

/** Where a pipe is closed before the end (`| head`), nobody reads on: that is no fault. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done)
    throw error
  })
}

// Texts of people: a name or a browser's own words must not move the cursor of an operator's terminal or turn the writing around.

/** The text with every character that shows nothing by itself (controls, formats, line ends) spelt out, as in \u{1b}. */
export function plain(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** The value as JSON on one line, in which the same characters are escaped. What is not known is null. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => one ?? null).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (one) =>
      one
        .split('')
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join(''),
  )
}

/** The text with spaces after it up to this width. Chinese characters, and the like, are two columns wide on a terminal. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}

/** The text to add after a command's help: one call a line, without the name of the program. */
export function example(...lines: string[]): string {
  return [
    '',
    lines.length > 1 ? 'Examples:' : 'Example:',
    ...lines.map((line) => `  ${sesame} ${line}`),
  ].join('\n')
}
