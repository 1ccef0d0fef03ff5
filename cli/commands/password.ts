// `sesame password upgrade`: every bare md5 in the database becomes argon2id of it.
import type { Command } from 'commander'
import { sesame } from '../../config/paths.ts'
import { startProgress, type Progress } from '../progress.ts'
import { upgradePasswords, type UpgradeReport } from '../../models/operator/password-upgrade.ts'
import { withDatabase } from '../database.ts'
import { stopSignal } from '../stop-signal.ts'
import { counted, example, EXIT, plain, print, printError } from '../terminal.ts'

const MAX_NAMES = 20 // shown of those whose password is damaged

const HELP = `
It may be stopped with Ctrl-C and run again, and used while the site runs: who signs in meanwhile is upgraded by that.
Each password takes a core about 11 milliseconds. Node works on four at a time; where there are more cores,
UV_THREADPOOL_SIZE=16 in front of the command uses them. PASSWORD_PEPPER has to be the site's.`

/** Add the command about passwords. */
export function addPassword(program: Command): void {
  program
    .command('password')
    .description('What is kept in the place of passwords.')
    .command('upgrade')
    .description('Wrap every bare md5 in argon2id, without anyone signing in (docs/decisions/002).')
    .addHelpText('after', `${HELP}\n${example('password upgrade')}`)
    .action(upgrade)
}

async function upgrade(): Promise<void> {
  await withDatabase(async () => {
    const signal = stopSignal()
    const began = Date.now()
    let progress: Progress | undefined
    const report = await upgradePasswords(signal, (soFar) => {
      progress ??= startProgress(soFar.found)
      const done = soFar.upgraded + soFar.overtaken
      progress.update(done, `${done.toLocaleString('en')} of ${counted(soFar.found, 'password')}`)
    })
    progress?.stop()
    await tellReport(report, Date.now() - began)
  })
}

async function tellReport(report: UpgradeReport, milliseconds: number): Promise<void> {
  const { found, upgraded, overtaken, damaged, stopped } = report
  await print(
    found === 0
      ? 'There is no bare md5.'
      : `${counted(upgraded, 'password')} of ${found.toLocaleString('en')} wrapped in ${Math.round(milliseconds / 1000)} s.`,
  )
  if (overtaken > 0) {
    await print(`${counted(overtaken, 'user')} signed in or changed the password meanwhile.`)
  }
  if (damaged.length > 0) {
    const names = damaged.slice(0, MAX_NAMES).map(plain).join(', ')
    const more = damaged.length > MAX_NAMES ? ', …' : ''
    printError(
      `${counted(damaged.length, 'stored password')} can't be matched by anything (reset them with "${sesame} user reset-link NAME"): ${names}${more}`,
    )
    process.exitCode = EXIT.refused
  }
  if (stopped) {
    printError('Stopped before the end. Run it again for the rest.')
    process.exitCode = EXIT.stopped
  }
}
