// `sesame doctor`: whether everything the site needs is as it has to be, and what to do where it is not.
import type { Command } from 'commander'
import { readSettings, type Settings } from '../../config/env.ts'
import { StartProblem } from '../../lib/start-problem.ts'
import { openDatabase } from '../database.ts'
import { checkDatabase } from '../doctor/database.ts'
import { checkFiles } from '../doctor/files.ts'
import { Findings, type Finding } from '../doctor/finding.ts'
import { checkMail } from '../doctor/mail.ts'
import { checkNode } from '../doctor/node.ts'
import { checkProblems, checkSettings } from '../doctor/settings.ts'
import { checkSite } from '../doctor/site.ts'
import { counted, example, EXIT, plainJson, print } from '../terminal.ts'

const SIGNS = { ok: 'ok     ', warning: 'warning', wrong: 'WRONG  ' } as const

/** Add the command. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'Check settings, database, proxy and cookies, mail and file rights. 1 if anything is wrong.',
    )
    .option('--json', 'print a JSON array')
    .addHelpText('after', example('doctor'))
    .action(doctor)
}

async function doctor({ json }: { json?: boolean }): Promise<void> {
  const findings = await findAll()
  const wrong = findings.filter(({ state }) => state === 'wrong').length
  const warnings = findings.filter(({ state }) => state === 'warning').length
  if (json) {
    await print(plainJson(findings))
  } else {
    for (const { check, state, says, todo } of findings) {
      await print(`${SIGNS[state]}  ${check.padEnd(10)} ${says}`)
      if (todo !== undefined) await print(`                    → ${todo}`)
    }
    await print(
      wrong + warnings === 0
        ? 'Everything is as it has to be.'
        : `${counted(wrong, 'thing')} wrong, ${counted(warnings, 'warning')}.`,
    )
  }
  if (wrong > 0) process.exitCode = EXIT.refused
}

async function findAll(): Promise<Finding[]> {
  const read = readSettings()
  if (!read.ok) return [...checkNode(), ...checkProblems(read.problems)]
  const { settings } = read
  return [
    ...checkNode(),
    ...checkSettings(settings),
    ...(await checkFiles(settings)), // before the database, whose opening closes its own folder
    ...(await checkOpening(settings)),
    ...(await checkSite(settings)),
    ...(await checkMail(settings)),
  ]
}

async function checkOpening(settings: Settings): Promise<Finding[]> {
  try {
    const { close } = await openDatabase(settings)
    return await checkDatabase().finally(close)
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error
    const findings = new Findings('database')
    const [says = '', ...todo] = error.message.split('\n')
    findings.wrong(says, todo.join(' '))
    return findings.all
  }
}
