// `sesame support-bundle`: what somebody who helps has to know of a site, with nothing that is secret or tells of a person.
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { arch, availableParallelism, platform, release, totalmem } from 'node:os'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { readSettings, type Settings } from '../../config/env.ts'
import { version } from '../../config/version.ts'
import { findAll } from '../doctor.ts'
import { scrubber, shownFields, shownSettings } from '../shown.ts'
import { example, print, Refusal } from '../terminal.ts'

const LINES = 200
const NOT_READ = 'not read: without valid settings it is not known what in it is secret'

const HELP = `
It holds versions, settings without secrets and addresses, what "doctor" finds and, with --log, the last
${LINES} lines of the log, of which only fields are kept that tell of nobody. Read it before you send it.`

/** Add the command. */
export function addSupportBundle(program: Command): void {
  program
    .command('support-bundle')
    .description('Print as JSON what somebody who helps has to know, without secrets.')
    .argument('[file]', 'write it to this new file')
    .option('--log <file>', 'a log of the site; "-" reads it from stdin')
    .addHelpText(
      'after',
      `${HELP}\n${example('support-bundle', 'support-bundle bundle.json --log sesame.log')}`,
    )
    .action(supportBundle)
}

async function supportBundle(file: string | undefined, { log }: { log?: string }): Promise<void> {
  const read = readSettings()
  const bundle = {
    createdAt: new Date(),
    versions: { sesame: version, node: process.versions.node, openssl: process.versions.openssl },
    machine: [platform(), release(), arch()].join(' '),
    cores: availableParallelism(),
    memory: totalmem(), // bytes
    settings: read.ok ? shownSettings(read.settings) : 'not valid: see findings',
    findings: await findAll(),
    log: log === undefined ? 'not given' : read.ok ? await lastLines(log) : NOT_READ,
  }
  const text = textOf(bundle, read.ok ? read.settings : undefined)
  if (file === undefined) {
    await print(text)
  } else {
    // For this user alone, and never over another file.
    await writeFile(file, `${text}\n`, { flag: 'wx', mode: 0o600 }).catch(refuse(file))
    await print(`Written to ${file}. Read it before you send it.`)
  }
}

async function lastLines(log: string): Promise<object[]> {
  const input = log === '-' ? process.stdin : createReadStream(log)
  const kept: object[] = []
  try {
    for await (const line of createInterface({ input })) {
      kept.push(shownFields(line))
      if (kept.length > LINES) kept.shift()
    }
  } catch (error) {
    refuse(log)(error)
  }
  return kept
}

function textOf(bundle: object, settings: Settings | undefined): string {
  const scrub = scrubber(settings)
  const withoutDates = JSON.parse(JSON.stringify(bundle)) as object
  return JSON.stringify(
    withoutDates,
    (_key, value: unknown) => (typeof value === 'string' ? scrub(value) : value),
    2,
  )
}

function refuse(path: string) {
  return (error: unknown): never => {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException
    throw new Refusal(
      code === 'EEXIST' ? `${path} is there already.` : `${path} can't be used (${code}).`,
    )
  }
}
