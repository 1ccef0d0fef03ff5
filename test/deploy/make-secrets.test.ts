// deploy/make-secrets.sh, run as it stands: what the first start makes is whole, private, and stays.
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readSettings } from '../../config/env.ts'
import { root } from '../../config/paths.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const run = promisify(execFile)

// As compose.yaml runs it: root, with the one right to give files away, and without that of reading others'.
const CONFINED =
  process.platform === 'linux' && process.getuid?.() === 0
    ? ['setpriv', '--bounding-set=-all,+chown', '--inh-caps=-all']
    : []

describe('make-secrets.sh', () => {
  it('makes settings that a site in production takes, each secret another', async () => {
    const { folder, make } = await folders()

    await make()

    const environment = await settingsIn(folder)
    const result = readSettings({
      ...environment,
      NODE_ENV: 'production',
      BASE_URL: 'https://sign-in.example',
      SMTP_URL: 'smtps://mail.example',
      MAIL_FROM: 'sesame@sign-in.example',
    })
    expect(result.ok ? [] : result.problems).toEqual([])
    expect(Object.keys(environment).sort()).toEqual([
      'ENCRYPTION_KEYS',
      'MONGO_URL',
      'PASSWORD_PEPPER',
      'SESSION_ENCRYPTION_KEY',
      'SESSION_SECRETS',
    ])
    const secrets = Object.values(environment)
      .join()
      .match(/[\da-f]{64}/g)
    expect(new Set(secrets).size).toBe(5)
  })

  it('names the site’s user, the replica set, and the authority that TLS is checked by (ASVS 12.3.2)', async () => {
    const { folder, make } = await folders()

    await make()

    const { MONGO_URL = '' } = await settingsIn(folder)
    const password = await readFile(join(folder, 'database', 'site.password'), 'utf8')
    expect(MONGO_URL).toMatch(/@database-1:27017,database-2:27017,database-3:27017\/sesame\?/)
    expect(MONGO_URL).toContain(`//sesame:${password}@`)
    for (const option of ['replicaSet=sesame', 'authSource=sesame', 'tls=true', 'tlsCAFile=']) {
      expect(MONGO_URL).toContain(option)
    }
    expect(MONGO_URL).not.toMatch(/allowinvalid|insecure/i)
  })

  it('makes a certificate for all three databases that their authority vouches for', async () => {
    const { folder, make } = await folders()

    await make()

    const authority = new X509Certificate(await readFile(join(folder, 'site', 'ca.pem')))
    const database = new X509Certificate(await readFile(join(folder, 'database', 'database.pem')))
    expect(database.verify(authority.publicKey)).toBe(true)
    for (const host of ['database-1', 'database-2', 'database-3', 'localhost']) {
      expect(database.checkHost(host)).toBe(host)
    }
  })

  it('makes a certificate for the address that people type, and tells nginx of it', async () => {
    const { folder, make } = await folders()

    await make('https://sign-in.example:8443')

    const proxy = join(folder, 'proxy')
    const certificate = new X509Certificate(await readFile(join(proxy, 'certificate.pem')))
    expect(certificate.checkHost('sign-in.example')).toBe('sign-in.example')
    expect(await readFile(join(proxy, 'address.conf'), 'utf8')).toBe(
      'map "" $base_url { default "https://sign-in.example:8443"; }\n',
    )
  })

  it('leaves nothing to others, and no key that could sign another certificate', async () => {
    const { folder, make } = await folders()

    await make()

    const files = await filesIn(folder)
    const modes = await Promise.all(files.map(async (file) => (await stat(file)).mode & 0o777))
    expect(new Set(modes)).toEqual(new Set([0o400]))
    expect(files.filter((file) => file.endsWith('ca.key'))).toEqual([])
  })

  it('changes nothing of it at the next start', async () => {
    const { folder, make } = await folders()
    await make()
    const before = await contentsOf(folder)

    await make()

    expect(await contentsOf(folder)).toEqual(before)
  })

  it('begins anew where it was cut off', async () => {
    const { folder, make } = await folders()
    await make()
    await rm(join(folder, 'site', 'site.env'), { force: true })

    await make()

    const { MONGO_URL = '' } = await settingsIn(folder)
    expect(MONGO_URL).toContain(await readFile(join(folder, 'database', 'site.password'), 'utf8'))
  })
})

async function folders() {
  const folder = await temporaryFolder()
  const three = ['database', 'site', 'proxy'].map((name) => join(folder, name))
  for (const one of three) await mkdir(one)
  const words = [...CONFINED, 'sh', join(root, 'deploy', 'make-secrets.sh'), ...three]
  const make = (BASE_URL = 'https://localhost') =>
    run('env', words, { env: { PATH: process.env.PATH, BASE_URL } })
  return { folder, make }
}

async function settingsIn(folder: string) {
  return parseEnv(await readFile(join(folder, 'site', 'site.env'), 'utf8'))
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
}

async function contentsOf(folder: string) {
  const files = (await filesIn(folder)).sort()
  return Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')]))
}
