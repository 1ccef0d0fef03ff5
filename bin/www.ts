// `npm start`: read the settings, start the site, print its address, stop on SIGTERM or Ctrl-C.
import { readSettings } from '../config/env.ts'
import { createLogger } from '../config/logger.ts'
import { isHttps } from '../config/session.ts'
import { StartProblem } from '../lib/start-problem.ts'
import { start } from './start.ts'

const read = readSettings()
if (read.ok) {
  const { settings } = read
  const logger = createLogger(settings)
  try {
    const site = await start(settings, logger, say)
    process.once('SIGINT', () => void stop(site.stop))
    process.once('SIGTERM', () => void stop(site.stop))
    say(`Sesame is open: ${site.address}`)
    if (isHttps(settings) && settings.trustProxy === false) {
      say(
        'BASE_URL is https but TRUST_PROXY is not set: behind a proxy that ends TLS nobody can sign in, because a Secure cookie is never sent. Set TRUST_PROXY=1.',
      )
    }
  } catch (error) {
    if (error instanceof StartProblem) {
      fail(error.message)
    } else {
      throw error
    }
  }
} else {
  fail(['The settings have problems:', ...read.problems.map((line) => `  ${line}`)].join('\n'))
}

async function stop(stopSite: () => Promise<void>): Promise<void> {
  await stopSite()
  process.exit(0)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
