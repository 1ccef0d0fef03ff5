// Who may read the data folder and what lies in it: the accounts and the secrets are this user's alone.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../config/env.ts'
import { DEVELOPMENT_SECRETS } from '../../lib/development-secret.ts'
import { belongsToAnother, RUN_AS_OWNER } from '../../lib/files/owner.ts'
import { Findings, type Finding } from './finding.ts'

const OTHERS = 0o077 // the bits of everybody but the owner

/** Look at the folder, the secrets and the embedded database, as far as they are used. */
export async function checkFiles(settings: Settings): Promise<Finding[]> {
  const { dataDir, mongoUrl, sessionSecrets, encryptionKeys } = settings
  const findings = new Findings('files')
  const ownDatabase = mongoUrl === undefined
  const made = DEVELOPMENT_SECRETS.filter(
    (name) => (name === 'session-secret' ? sessionSecrets : encryptionKeys).length === 0,
  )
  if (!ownDatabase && made.length === 0) return findings.orOk('DATA_DIR is not used.')
  await checkPath(findings, dataDir, '700')
  for (const name of made) await checkPath(findings, join(dataDir, name), '600')
  if (ownDatabase) await checkPath(findings, join(dataDir, 'mongodb'), '700')
  return findings.orOk(`${dataDir} is this user's alone.`)
}

async function checkPath(findings: Findings, path: string, mode: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => (error as NodeJS.ErrnoException).code)
  if (found === 'ENOENT') {
    return // the first start makes it, with the right mode
  } else if (found === undefined || typeof found === 'string') {
    const says = `${path} can't be looked at (${found ?? 'unknown reason'}).`
    findings.wrong(says, 'Run this as the user of the site.')
  } else if (found.uid !== process.getuid?.()) {
    findings.wrong(belongsToAnother(path), RUN_AS_OWNER)
  } else if ((found.mode & OTHERS) !== 0) {
    const now = (found.mode & 0o777).toString(8)
    findings.wrong(`${path} is open to other users (mode ${now}).`, `chmod ${mode} ${path}`)
  }
}
