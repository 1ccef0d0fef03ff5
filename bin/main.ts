// What `npm start` runs: read the settings, start the site in one process or in several, print its address, stop on SIGTERM or Ctrl-C.
import cluster from 'node:cluster'
import { readSettings, type Settings } from '../config/env.ts'
import { createLogger, type Logger } from '../config/logger.ts'
import { brand } from '../config/site.ts'
import { version } from '../config/version.ts'
import { StartProblem } from '../lib/start-problem.ts'
import { warningsFor } from './warnings.ts'

const read = readSettings()
if (read.ok) {
  const { settings } = read
  const logger = createLogger(settings)
  // The last resort: what nobody caught ends the process, because nobody knows in what state it left things (ASVS 16.5.4).
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'The process ends by an error that nobody expected')
    process.exit(1)
  })
  if (cluster.isWorker) {
    const { startWorker } = await import('./worker.ts')
    startWorker(settings, logger)
  } else {
    if (settings.production)
      logger.info({ version, node: process.versions.node }, `${brand.shortName} starts`)
    await open(settings, logger)
  }
} else {
  // There is no log yet: how to write it is one of the settings.
  fail(['The settings have problems:', ...read.problems.map((line) => `  ${line}`)].join('\n'))
}

async function open(settings: Settings, logger: Logger): Promise<void> {
  // In production every line is one that a machine can read, to the last one.
  const { production } = settings
  const say = production
    ? (line: string) => {
        logger.info(line)
      }
    : print
  const warn = production
    ? (line: string) => {
        logger.warn(line)
      }
    : print
  const end = (message: string) => {
    if (!production) fail(message)
    logger.fatal(message)
    process.exit(1)
  }
  const stopBy = async (signal: string, stop: () => Promise<void>) => {
    if (production) say(`${brand.shortName} stops: ${signal}`)
    await stop()
    if (production) say(`${brand.shortName} has stopped`)
    process.exit(0)
  }
  try {
    const { address, stop } =
      settings.workers > 1
        ? await inSeveral(settings, logger, say, end)
        : await inOne(settings, logger, say)
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.once(signal, () => void stopBy(signal, stop))
    }
    if (settings.catchesMail) {
      say('Mails are not sent but shown on the page /dev/mail, on this machine alone')
    }
    say(`${brand.shortName} is open: ${address}`)
    for (const line of warningsFor(settings, address)) warn(line)
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error
    end(error.message)
  }
}

type Say = (line: string) => void

async function inOne(settings: Settings, logger: Logger, say: Say) {
  const { startStandalone } = await import('./standalone.ts')
  return startStandalone(settings, logger, say)
}

async function inSeveral(settings: Settings, logger: Logger, say: Say, end: Say) {
  const { startPrimary } = await import('./primary.ts')
  const { address, workers, stop } = await startPrimary(settings, logger, say)
  process.on('SIGHUP', () => void workers.replaceAll())
  void workers.failed.then(async (reason) => {
    await stop()
    end(
      `The site's processes end as soon as they start, so it ends too. The last one's reason: ${reason}`,
    )
  })
  return { address, stop }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
