// Where an nginx is on this machine: installed, or Debian's own, unpacked into the cache folder without root or any change to the system.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const APT_TIMEOUT = 120_000 // milliseconds
const USUAL = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']

export type Nginx = { command: string; environment: NodeJS.ProcessEnv }

/** An nginx that runs. Throws one error that says what is missing where none can be had. */
export async function findNginx(cacheHome: string): Promise<Nginx> {
  const installed = [...(process.env.PATH ?? '').split(delimiter), ...USUAL]
    .map((folder) => join(folder, 'nginx'))
    .find((path) => existsSync(path))
  if (installed === undefined) {
    const cacheDir = join(cacheHome, 'sesame')
    const folder = join(cacheDir, `nginx-${process.arch}`)
    if (!(await isRunning(folder))) await fetchInto(folder, cacheDir)
    return unpackedIn(folder)
  } else {
    return { command: installed, environment: {} }
  }
}

// Its libraries come along where the system lacks them.
function unpackedIn(folder: string): Nginx {
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  const libraries = ['usr/lib', 'lib'].map((parent) => join(folder, parent, triplet))
  return {
    command: join(folder, 'usr', 'sbin', 'nginx'),
    environment: { LD_LIBRARY_PATH: libraries.join(delimiter) },
  }
}

// A cache may be swept at any time, and the system under it may have become another one.
async function isRunning(folder: string): Promise<boolean> {
  try {
    const { command, environment } = unpackedIn(folder)
    await run(command, ['-v'], { env: environment })
    return true
  } catch {
    return false
  }
}

// Unpacked beside its place and then renamed, so that two test files at once, or one that is cut off, leave no half of it.
async function fetchInto(folder: string, cacheDir: string): Promise<void> {
  try {
    await mkdir(cacheDir, { recursive: true, mode: 0o700 })
    const work = await mkdtemp(join(cacheDir, 'fetching-'))
    try {
      const unpacked = join(work, 'unpacked')
      for (const file of await download(work)) await run('dpkg', ['-x', file, unpacked])
      if (!(await isRunning(folder))) await rm(folder, { recursive: true, force: true })
      await rename(unpacked, folder)
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  } catch (error) {
    if (!(await isRunning(folder))) throw new Error(explain(error), { cause: error })
  }
}

// As lib/embedded-mongodb/c-library.ts does: with lists and a cache of its own, from the archives that the system's own
// apt uses, signatures checked. "install --download-only" fetches what nginx needs and the system lacks, too.
async function download(work: string): Promise<string[]> {
  const archives = join(work, 'cache', 'archives')
  await mkdir(join(work, 'lists', 'partial'), { recursive: true })
  await mkdir(join(archives, 'partial'), { recursive: true })
  const options = [
    `Dir::State::lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'Acquire::Languages=none',
    'Acquire::Retries=1',
    'Acquire::http::Timeout=10',
    'APT::Sandbox::User=',
    'Debug::NoLocking=1', // nothing is installed, so nobody has to wait
  ].flatMap((option) => ['-o', option])
  const settings = { cwd: work, timeout: APT_TIMEOUT }
  const install = ['-qq', '--yes', '--download-only', '--no-install-recommends', 'install', 'nginx']
  await run('apt-get', [...options, '-qq', 'update'], settings)
  await run('apt-get', [...options, ...install], settings)
  const files = (await readdir(archives)).filter((name) => name.endsWith('.deb'))
  return files.map((name) => join(archives, name))
}

function explain(error: unknown): string {
  const reason =
    error instanceof Error ? error.message.trim().split('\n').slice(0, 3).join(' ') : ''
  return `There is no nginx on this machine, and fetching Debian's with apt did not work: ${reason}\nInstall nginx, so that it is found in PATH.`
}
