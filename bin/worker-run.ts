// One run of a worker's process: how it is started, when it was open, and how it ends.
import cluster from 'node:cluster'
import { StartProblem } from '../lib/start-problem.ts'
import { closeHandedOver } from './handed-over.ts'
import type { FromWorker, Opening, ToWorker } from './messages.ts'
import type { Stopping } from './start.ts'

/** What became of opening a worker. A problem is for the person at the terminal; otherwise it just died. */
export type Outcome = { opened: true } | { problem: string } | { died: string }

export type WorkerRun = {
  pid: number | undefined
  /** Milliseconds that it has been open, undefined if it never was. */
  openFor: () => number | undefined
  open: (order: Opening) => Promise<Outcome>
  ended: Promise<string>
  end: (how: Stopping) => void
  kill: () => void
}

/** Start a worker. It loads its libraries and then waits to be told to open. */
export function runWorker(): WorkerRun {
  const worker = cluster.fork()
  closeHandedOver(worker)
  let openedAt: number | undefined
  let problem = ''
  const ended = new Promise<string>((resolve) => {
    worker.once('exit', (code, signal: string | null) => {
      resolve(signal ?? (problem || `exit code ${String(code)}`))
    })
  })
  const waiting = new Promise<void>((resolve) => {
    worker.on('message', (message: FromWorker) => {
      if ('waiting' in message) resolve()
    })
  })
  const outcome = new Promise<Outcome>((resolve) => {
    worker.on('message', (message: FromWorker) => {
      if ('opened' in message) {
        openedAt = Date.now()
        resolve(message)
      } else if ('problem' in message) {
        problem = message.problem
        resolve(message)
      }
    })
    void ended.then((died) => {
      resolve({ died })
    })
  })
  // Whoever is gone meanwhile needs no order.
  const send = async (message: ToWorker) => {
    await waiting
    if (worker.isConnected()) worker.send(message, () => undefined)
  }
  return {
    pid: worker.process.pid,
    openFor: () => (openedAt === undefined ? undefined : Date.now() - openedAt),
    open: (order) => {
      void send(order)
      return outcome
    },
    ended,
    end: (how) => void send({ order: how }),
    kill: () => worker.process.kill('SIGKILL'),
  }
}

/** Open a worker of a site that is just starting. Throws a StartProblem. */
export async function openOrThrow(run: WorkerRun, order: Opening): Promise<void> {
  const outcome = await run.open(order)
  if (!('opened' in outcome)) {
    throw new StartProblem(
      'problem' in outcome ? outcome.problem : `A worker died: ${outcome.died}`,
    )
  }
}
