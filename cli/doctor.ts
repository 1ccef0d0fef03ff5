// What the doctor looks at, in the order in which it is told.
import { readSettings, type Settings } from '../config/env.ts'
import { StartProblem } from '../lib/start-problem.ts'
import { openDatabase } from './database.ts'
import { checkDatabase } from './doctor/database.ts'
import { checkBackups, checkMemory, checkPepper, checkProduction } from './doctor/deploy.ts'
import { checkFiles } from './doctor/files.ts'
import { Findings, type Finding } from './doctor/finding.ts'
import { checkMail } from './doctor/mail.ts'
import { checkNode } from './doctor/node.ts'
import { checkProblems, checkSettings } from './doctor/settings.ts'
import { checkSite } from './doctor/site.ts'

/** With `deploy`, also what docs/deployment.md asks of a site that is meant for others; `backups` is a folder. */
export type Scope = { deploy?: boolean; backups?: string }

/** Everything that is found. Nothing that is wrong is thrown: it is a finding. */
export async function findAll({ deploy = false, backups }: Scope = {}): Promise<Finding[]> {
  const read = readSettings()
  if (!read.ok) return [...checkNode(), ...checkProblems(read.problems)]
  const { settings } = read
  return [
    ...checkNode(),
    ...checkSettings(settings),
    ...(deploy ? checkProduction(settings) : []),
    ...(await checkFiles(settings)), // before the database, whose opening closes its own folder
    ...(await checkOpening(settings, deploy)),
    ...(await checkSite(settings)),
    ...(await checkMail(settings)),
    ...(deploy ? [...checkMemory(settings), ...(await checkBackups(backups))] : []),
  ]
}

async function checkOpening(settings: Settings, deploy: boolean): Promise<Finding[]> {
  try {
    const { close } = await openDatabase(settings)
    try {
      return [...(await checkDatabase()), ...(deploy ? await checkPepper(settings) : [])]
    } finally {
      await close()
    }
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error
    const findings = new Findings('database')
    const [says = '', ...todo] = error.message.split('\n')
    findings.wrong(says, todo.join(' '))
    return findings.all
  }
}
