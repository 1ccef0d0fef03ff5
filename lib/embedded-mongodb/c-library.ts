// The engine needs a newer C library than some systems have: find out, and fetch Debian's next one where needed.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { lstat, mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DAY, MINUTE } from '../../config/time.ts'
import { StartProblem } from '../start-problem.ts'
import { makePrivate } from './folders.ts'

const run = promisify(execFile)

const NEEDED = '2.38'
const RELEASE = 'trixie' // the Debian release whose C library is new enough
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const APT_TIMEOUT = MINUTE
const RENEWED_AFTER = 7 * DAY // Debian mends faults of it too; asking at each start would make each wait for the network
const WRITABLE_BY_OTHERS = 0o022 // the mode bits of group and others

/** The words to put before a command so that it runs under a C library the engine can use: none where the system's own will do. */
export async function cLibraryPrefix(
  cacheDir: string,
  say: (line: string) => void,
): Promise<string[]> {
  if (process.platform !== 'linux' || isNewEnough(systemCLibrary())) return []
  const folder = join(cacheDir, `c-library-${RELEASE}-${process.arch}`)
  const isThere = isComplete(folder) && (await isOurs(folder, cacheDir))
  if (!isThere || (await isDueForRenewal(folder))) {
    say(
      `This system's C library (glibc ${systemCLibrary()}) is older than ${NEEDED}: fetching Debian ${RELEASE}'s into ${folder}, for the database alone.`,
    )
    try {
      await fetchInto(folder, cacheDir)
    } catch (error) {
      // Another start may have put it there meanwhile.
      if (!isComplete(folder) || !(await isOurs(folder, cacheDir))) throw cannotFetch(error)
      say(`That did not work. The C library of before is used, and fetched anew in a week.`)
    }
    await markAsNew(folder)
  }
  return prefix(folder)
}

/** The version of the C library that this very process runs on; undefined on a system with another one (such as musl). */
export function systemCLibrary(): string | undefined {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return report.header?.glibcVersionRuntime
}

function isNewEnough(version = '0'): boolean {
  return version.localeCompare(NEEDED, 'en', { numeric: true }) >= 0
}

function prefix(folder: string): string[] {
  const [triplet, loader] =
    process.arch === 'arm64'
      ? ['aarch64-linux-gnu', 'ld-linux-aarch64.so.1']
      : ['x86_64-linux-gnu', 'ld-linux-x86-64.so.2']
  const libraries = join(folder, 'usr', 'lib', triplet)
  return [join(libraries, loader), '--library-path', libraries]
}

// A cache may be swept at any time, and not always as a whole.
const isComplete = (folder: string) => existsSync(prefix(folder)[0] ?? '')

// What lies there is executed. Whoever else could write to it would be this user at the next start.
async function isOurs(folder: string, cacheDir: string): Promise<boolean> {
  const inside = await readdir(folder, { recursive: true })
  const paths = [cacheDir, folder, ...inside.map((name) => join(folder, name))]
  const all = await Promise.all(paths.map((path) => lstat(path)))
  return all.every(
    (one) =>
      [process.getuid?.(), 0].includes(one.uid) &&
      (one.isSymbolicLink() || (one.mode & WRITABLE_BY_OTHERS) === 0),
  )
}

async function isDueForRenewal(folder: string): Promise<boolean> {
  return Date.now() - (await lstat(folder)).mtimeMs > RENEWED_AFTER
}

async function markAsNew(folder: string): Promise<void> {
  await utimes(folder, new Date(), new Date()).catch(() => undefined) // root's can't be marked, and is renewed by root
}

// Unpacked beside its place and then renamed, so that two starts at once, or one that is cut off, leave no half of it.
async function fetchInto(folder: string, cacheDir: string): Promise<void> {
  await makePrivate(cacheDir)
  const work = await mkdtemp(join(cacheDir, 'fetching-'))
  try {
    await download(work)
    const unpacked = join(work, 'unpacked')
    const file = (await readdir(work)).find((name) => name.endsWith('.deb'))
    await run('dpkg', ['-x', join(work, file ?? 'libc6.deb'), unpacked])
    // Not removed in its place: an engine that runs may still read from it for a moment.
    if (existsSync(folder)) await rename(folder, join(work, 'before'))
    await rename(unpacked, folder)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  if (!(await isOurs(folder, cacheDir))) throw new Error(`${cacheDir} belongs to somebody else`)
}

// apt is given lists, caches and sources of its own, so nothing changes on the system and no root is needed.
// It checks the archive's signature against Debian's keyring: what is run here is what Debian signed.
async function download(work: string): Promise<void> {
  await mkdir(join(work, 'lists', 'partial'), { recursive: true })
  await mkdir(join(work, 'cache', 'archives', 'partial'), { recursive: true })
  const sources = join(work, 'sources.list')
  await writeFile(sources, `deb [signed-by=${KEYRING}] ${await archive()} ${RELEASE} main\n`)
  const options = [
    `Dir::Etc::SourceList=${sources}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'Acquire::Languages=none',
    'Acquire::Retries=1',
    'Acquire::http::Timeout=10',
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option])
  const settings = { cwd: work, timeout: APT_TIMEOUT }
  await run('apt-get', [...options, '-qq', 'update'], settings)
  await run('apt-get', [...options, '-qq', 'download', 'libc6'], settings)
}

// The address that the system's own apt uses, so that a local mirror is respected.
async function archive(): Promise<string> {
  const { stdout } = await run('apt-get', ['update', '--print-uris'], { timeout: APT_TIMEOUT })
  const address = /^'([^']+)\/dists\/[a-z]+\/InRelease'/m.exec(stdout)?.[1]
  if (address === undefined)
    throw new Error("apt has no Debian archive among this system's sources")
  return address
}

function cannotFetch(error: unknown): StartProblem {
  const reason =
    error instanceof Error ? error.message.trim().split('\n').slice(0, 3).join(' ') : ''
  return new StartProblem(
    `The embedded database needs the C library glibc ${NEEDED} or newer; this system has ${systemCLibrary() ?? 'another one'}.`,
    `Fetching Debian ${RELEASE}'s with apt did not work: ${reason}`,
    'What helps: a newer system (Debian 13, Ubuntu 24.04, Fedora 39 or later), or any MongoDB named in MONGO_URL,',
    'for example: docker run -p 27017:27017 mongo:8   and   MONGO_URL=mongodb://127.0.0.1:27017 npm start',
  )
}
