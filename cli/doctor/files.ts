// Who may read the data folder and what lies in it: the accounts and the secret that signs cookies are this user's alone.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../config/env.ts'
import { findingsOf, type Finding } from './finding.ts'

const finding = findingsOf('files')
const OTHERS = 0o077 // the bits of everybody but the owner

/** Look at the folder, the secret and the embedded database, as far as they are used. */
export async function checkFiles({
  dataDir,
  mongoUrl,
  sessionSecrets,
}: Settings): Promise<Finding[]> {
  const ownDatabase = mongoUrl === undefined
  const ownSecret = sessionSecrets.length === 0
  const used = [
    ...(ownDatabase || ownSecret ? [{ path: dataDir, mode: '700' }] : []),
    ...(ownSecret ? [{ path: join(dataDir, 'session-secret'), mode: '600' }] : []),
    ...(ownDatabase ? [{ path: join(dataDir, 'mongodb'), mode: '700' }] : []),
  ]
  const findings = await Promise.all(used.map(({ path, mode }) => checkPath(path, mode)))
  const bad = findings.filter((one) => one !== undefined)
  if (bad.length > 0) {
    return bad
  } else {
    return [
      finding('ok', used.length > 0 ? `${dataDir} is this user's alone.` : 'DATA_DIR is not used.'),
    ]
  }
}

async function checkPath(path: string, mode: string): Promise<Finding | undefined> {
  const found = await stat(path).catch((error: unknown) => (error as NodeJS.ErrnoException).code)
  if (found === 'ENOENT') {
    return undefined // the first start makes it, with the right mode
  } else if (found === undefined || typeof found === 'string') {
    return finding(
      'wrong',
      `${path} can't be looked at (${found ?? 'unknown reason'}).`,
      'Run this as the user of the site.',
    )
  } else if (found.uid !== process.getuid?.()) {
    return finding(
      'wrong',
      `${path} belongs to another user.`,
      'Run this and the site as one user, its owner.',
    )
  } else if ((found.mode & OTHERS) !== 0) {
    const now = (found.mode & 0o777).toString(8)
    return finding(
      'wrong',
      `${path} is open to other users (mode ${now}).`,
      `chmod ${mode} ${path}`,
    )
  } else {
    return undefined
  }
}
