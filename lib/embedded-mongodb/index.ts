// MongoDB's own engine without a server to install: started as a child process, restarted if it dies, closed in order.
import { setTimeout as wait } from 'node:timers/promises'
import { findForeignFile } from '../files/owner.ts'
import { makeFolders, pointLinkAt, removeOtherRuns, type Folders } from './folders.ts'
import { openGate, type GateListener } from './gate.ts'
import { engineLauncher, type Launch, type Run } from './launch.ts'
import { didNotStart, folderInUse, isFolderInUse } from './refusals.ts'

const PREDECESSOR_TIMEOUT = 3000 // milliseconds for the engine of a site that was just stopped to let go of the folder
const MIN_PAUSE = 50 // milliseconds before a dead engine is started again, doubled at every failure
const MAX_PAUSE = 5000

export type EmbeddedMongodb = Awaited<ReturnType<typeof startEmbeddedMongodb>>

type Options = {
  /** Milliseconds to wait for a folder that somebody else holds. */
  timeout?: number
  dataDir: string
  cacheDir: string
  /** Called when the engine's process has been started, long before it answers. */
  launched?: (() => void) | undefined
  /** Told when others than the site are at its database. */
  gateListener?: GateListener | undefined
  say: (line: string) => void
  log: { warn: (fields: object, message: string) => void }
}

/** Start the engine on the data folder. Its address stays the same however often the engine is restarted. Throws a StartProblem. */
export async function startEmbeddedMongodb(options: Options) {
  const folders = await makeFolders(options.dataDir)
  const launch = await engineLauncher(folders, options)
  let run = await firstRun(launch, folders, options)
  const closing = new AbortController()
  const isClosing = () => closing.signal.aborted // asked again after each wait: it may have changed meanwhile

  const restart = async () => {
    run = await launch()
    const outcome = await run.opened
    if (!('socket' in outcome)) throw new Error(outcome.refused)
    await settle(folders, run, outcome.socket)
  }
  const keepAlive = async () => {
    let pause = MIN_PAUSE
    for (;;) {
      const reason = await run.ended
      if (isClosing()) return
      options.log.warn({ reason, pause }, 'The embedded database died and is started again')
      await wait(pause, undefined, { signal: closing.signal }).catch(() => undefined)
      if (isClosing()) return
      try {
        await restart()
        pause = MIN_PAUSE
      } catch (error) {
        // Whatever it is, a full disk for one, it may pass: the site answers 503 until it does.
        options.log.warn({ reason: String(error) }, 'The embedded database did not open')
        pause = Math.min(pause * 2, MAX_PAUSE)
        run.close()
      }
      if (isClosing()) run.close()
    }
  }
  const alive = keepAlive()
  const { gateListener = { firstCame: () => undefined, lastLeft: () => undefined } } = options
  const closeGate = await openGate(folders.gate, folders.own, gateListener)

  return {
    url: addressAt(folders.own),
    pid: () => run.pid,
    close: async () => {
      closing.abort()
      await closeGate()
      run.close()
      await alive
    },
  }
}

/** The address of the engine that holds these folders, for a process that did not start it. */
export function addressOf({ gate }: Folders): string {
  return addressAt(gate)
}

function addressAt(socket: string): string {
  return `mongodb://${encodeURIComponent(socket)}/?directConnection=true`
}

async function firstRun(
  launch: Launch,
  folders: Folders,
  { timeout = PREDECESSOR_TIMEOUT, launched }: Options,
): Promise<Run> {
  const giveUpAt = Date.now() + timeout
  for (;;) {
    const run = await launch()
    launched?.()
    const outcome = await run.opened
    if ('socket' in outcome) {
      await settle(folders, run, outcome.socket)
      return run
    }
    await run.ended // so that nothing of a refused run is left behind
    if (!isFolderInUse(outcome.refused)) {
      const foreign = await findForeignFile(folders.database)
      throw didNotStart(folders.database, outcome.refused, foreign)
    }
    if (Date.now() >= giveUpAt) throw folderInUse(folders.database)
  }
}

async function settle(folders: Folders, run: Run, socket: string): Promise<void> {
  await pointLinkAt(folders, socket)
  await removeOtherRuns(folders, run.folder)
}
