// The log: lines of JSON in production, readable ones in development. What must not be logged never reaches it.
import { createRequire } from 'node:module'
import { pino, type DestinationStream, type Logger } from 'pino'
import type pretty from 'pino-pretty'
import type { Settings } from './env.ts'

export type { Logger }

/**
 * Make the logger, writing to the terminal or to another destination.
 * Errors keep type, message, stack and code only: libraries hang bodies and queries on them.
 */
export function createLogger(
  settings: Pick<Settings, 'logLevel' | 'production'>,
  destination: DestinationStream = settings.production ? pino.destination(1) : readable(),
): Logger {
  return pino(
    {
      level: settings.logLevel,
      serializers: { err: plainError },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  )
}

// Loaded only where it is wanted: production has no use for it.
function readable(): DestinationStream {
  const makePretty = createRequire(import.meta.url)('pino-pretty') as typeof pretty
  return makePretty({
    singleLine: true,
    ignore: 'pid,hostname,method,route,status',
    translateTime: 'SYS:HH:MM:ss',
  })
}

/** Keep of an error what helps to find its cause and can hold nothing that a visitor typed into a form. */
export function plainError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error }
  const { name, message, stack } = error
  const code = 'code' in error ? { code: error.code } : {}
  const cause = error.cause === undefined ? {} : { cause: plainError(error.cause) }
  return { type: name, message, stack, ...code, ...cause }
}
