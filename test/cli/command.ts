// The command line in the process of the test: the whole program, on the database of the test's site.
import { Readable } from 'node:stream'
import { inject, vi } from 'vitest'
import { runProgram } from '../../cli/program.ts'
import { usePepper } from '../../lib/password.ts'
import type { Site } from '../helper.ts'

export type Ended = { code: number | string; out: string; said: string }

/** The environment that makes a command work on the database of a site under test. */
export function environmentOf(site: Site): Record<string, string> {
  return {
    MONGO_URL: inject('mongoUrl').replace('/?', `/${site.database.name}?`),
    ENCRYPTION_KEYS: site.settings.encryptionKeys.join(),
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
let last: Promise<unknown> = Promise.resolve()

/** Run a command to its end, after those that were asked for before: they share this process's environment and streams. */
export async function run(
  words: string[],
  environment: Record<string, string>,
  input = '',
): Promise<Ended> {
  const ended = last.then(() => runNow(words, environment, input))
  last = ended.catch(() => undefined)
  return ended
}

async function runNow(words: string[], environment: Record<string, string>, input: string) {
  const listeners = SIGNALS.map((name) => ({ name, were: process.listeners(name) }))
  const before = process.env
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const stdin = vi.spyOn(process, 'stdin', 'get')
  stdin.mockReturnValue(Readable.from([Buffer.from(input)]) as unknown as typeof process.stdin)
  try {
    process.env = { ...childEnvironment(), ...environment }
    await runProgram(words)
    const code = process.exitCode ?? 0
    return { code, out: textOf(stdout), said: textOf(stderr) }
  } finally {
    process.env = before
    process.exitCode = undefined
    for (const spy of [stdout, stderr, stdin]) spy.mockRestore()
    for (const { name, were } of listeners) {
      for (const one of process.listeners(name)) if (!were.includes(one)) process.off(name, one)
    }
    usePepper(undefined)
  }
}

/** What a command finds in its environment beside the settings. */
export function childEnvironment(): Record<string, string | undefined> {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    XDG_CACHE_HOME: inject('cacheHome'),
    NODE_ENV: 'development',
  }
}

function textOf({ mock }: { mock: { calls: unknown[][] } }): string {
  return mock.calls.map(([chunk]) => String(chunk)).join('')
}
