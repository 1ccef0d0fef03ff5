// The newer C library: on a system that needs it from the cache, if nobody else can have put it there, or a message that helps; on others nothing at all.
import { chmod, chown, mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DAY } from '../../../config/time.ts'
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

describe.runIf(isOld)('The C library in the cache', () => {
  const makeCache = async () => {
    const cacheDir = join(await temporaryFolder(), 'cache')
    vi.stubEnv('PATH', cacheDir) // there is no apt
    const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
    const name = process.arch === 'arm64' ? 'ld-linux-aarch64.so.1' : 'ld-linux-x86-64.so.2'
    const folder = join(cacheDir, `c-library-trixie-${process.arch}`)
    const loader = join(folder, 'usr', 'lib', triplet, name)
    await mkdir(dirname(loader), { recursive: true, mode: 0o755 })
    await writeFile(loader, '', { mode: 0o755 })
    return { cacheDir, folder, loader, library: dirname(loader) }
  }

  it('is used as it is for a week, though no apt is there', async () => {
    const { cacheDir, loader, library } = await makeCache()

    expect(await attempt(cacheDir)).toEqual([loader, '--library-path', library])
  })

  it.each(['folder', 'library', 'loader'] as const)(
    'is not executed but fetched if others may write to its %s',
    async (which) => {
      const cache = await makeCache()
      await chmod(cache[which], 0o775)

      expectHelp(await attempt(cache.cacheDir), 'apt-get ENOENT')
    },
  )

  it('is fetched, and others are kept out, if they may write to the cache', async () => {
    const { cacheDir } = await makeCache()
    await chmod(cacheDir, 0o777)
    const said: string[] = []

    await cLibraryPrefix(cacheDir, (line) => said.push(line))

    expect(said.join(' ')).toContain('fetching')
    expect((await stat(cacheDir)).mode & 0o777).toBe(0o700)
  })

  it.runIf(process.getuid?.() === 0)(
    'is not executed but fetched if a file of it belongs to somebody else',
    async () => {
      const { cacheDir, loader } = await makeCache()
      await chown(loader, 12345, 12345)

      expectHelp(await attempt(cacheDir), 'apt-get ENOENT')
    },
  )

  it('is asked for anew after a week, and used as it was if there is none', async () => {
    const { cacheDir, folder, loader, library } = await makeCache()
    const before = new Date(Date.now() - 8 * DAY)
    await utimes(folder, before, before)
    const said: string[] = []

    const first = await cLibraryPrefix(cacheDir, (line) => said.push(line))
    const second = await cLibraryPrefix(cacheDir, (line) => said.push(line))

    expect([first, second]).toEqual(Array(2).fill([loader, '--library-path', library]))
    expect(said.join(' ')).toMatch(/^This system's .* That did not work\. [^.]*\.$/)
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
