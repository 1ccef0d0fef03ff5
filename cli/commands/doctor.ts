// `sesame doctor`: whether everything the site needs is as it has to be, and what to do where it is not.
import type { Command } from 'commander'
import { findAll, type Scope } from '../doctor.ts'
import { counted, example, EXIT, plainJson, print, Refusal } from '../terminal.ts'

const SIGNS = { ok: 'ok     ', warning: 'warning', wrong: 'WRONG  ' } as const

/** Add the command. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'Check settings, database, proxy and cookies, mail and file rights. 1 if anything is wrong.',
    )
    .option('--deploy', 'ask whether the site may be deployed: 0 if it may, 1 if anything is wrong')
    .option('--backups <folder>', 'with --deploy: where the backups lie, whose age counts')
    .option('--json', 'print a JSON array')
    .addHelpText('after', example('doctor', 'doctor --deploy --backups /var/lib/sesame-backups'))
    .action(doctor)
}

async function doctor({ json, ...scope }: Scope & { json?: boolean }): Promise<void> {
  if (scope.backups !== undefined && !scope.deploy) {
    throw new Refusal('--backups is looked at with --deploy only.', EXIT.usage)
  }
  const findings = await findAll(scope)
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
    if (scope.deploy) await print(wrong === 0 ? 'It may be deployed.' : 'It may not be deployed.')
  }
  if (wrong > 0) process.exitCode = EXIT.refused
}
