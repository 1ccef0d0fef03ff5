// Where the newer C library can't be fetched: on a system that needs it a message that helps, on others nothing at all.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { cLibraryPrefix, systemCLibrary } from '../../../lib/embedded-mongodb/c-library.ts'
import { StartProblem } from '../../../lib/start-problem.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const version = process.platform === 'linux' ? (systemCLibrary() ?? '0') : '99'
const isOld = version.localeCompare('2.38', 'en', { numeric: true }) < 0

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('The C library', () => {
  it('is asked for in a message that names the reason and the ways out if its cache can not be written', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')

    expectHelp(await attempt(join(file, 'cache')), 'ENOTDIR')
  })

  it('is asked for likewise if there is no apt, and leaves nothing half done in the cache', async () => {
    const cacheDir = await temporaryFolder()
    vi.stubEnv('PATH', cacheDir)

    expectHelp(await attempt(cacheDir), 'apt-get ENOENT')
    expect(await readdir(cacheDir)).toEqual([])
  })

  it('is fetched again, and not taken for complete, if the cache was swept', async () => {
    const cacheDir = await temporaryFolder()
    await mkdir(join(cacheDir, `c-library-trixie-${process.arch}`))
    vi.stubEnv('PATH', cacheDir)

    expectHelp(await attempt(cacheDir), 'apt-get ENOENT')
  })
})

async function attempt(cacheDir: string): Promise<unknown> {
  return cLibraryPrefix(cacheDir, () => undefined).catch((error: unknown) => error)
}

function expectHelp(outcome: unknown, reason: string): void {
  if (isOld) {
    expect(outcome).toBeInstanceOf(StartProblem)
    expect(String(outcome)).toContain(`this system has ${version}`)
    expect(String(outcome)).toContain(reason)
    expect(String(outcome)).toMatch(/Debian 13.*MONGO_URL/)
  } else {
    expect(outcome).toEqual([])
  }
}
