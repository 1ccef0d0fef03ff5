// One run of a worker's process: how it is started, when it was open, and how it ends.
import cluster, { type Worker } from 'node:cluster'
import { StartProblem } from '../lib/start-problem.ts'
import type { FromWorker, Opening, Stopping, ToWorker } from './messages.ts'

/** What became of opening a worker. A problem is for the person at the terminal; otherwise it just died. */
export type Outcome = { opened: true } | { problem: string } | { died: string }

export type WorkerRun = ReturnType<typeof runWorker>

/** Start a worker. It loads its libraries and then waits to be told to open. */
export function runWorker() {
  const worker = cluster.fork()
  closeOrphanedConnection(worker)
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
    void ended.then((died) => resolve({ died }))
  })
  // A worker that is gone meanwhile needs no order.
  const send = async (message: ToWorker) => {
    await waiting
    if (worker.isConnected()) worker.send(message, () => undefined)
  }
  return {
    pid: worker.process.pid,
    /** Milliseconds that it has been open, undefined if it never was. */
    openFor: () => (openedAt === undefined ? undefined : Date.now() - openedAt),
    open: (order: Opening) => {
      void send(order)
      return outcome
    },
    ended,
    end: (how: Stopping) => void send({ order: how }),
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

type Handle = { close?: () => void }
type Send = (message: unknown, handle?: Handle | (() => void), ...rest: unknown[]) => boolean

/**
 * Close the connection that this worker was handed last, once the worker is gone. Node.js keeps it open until the worker says
 * that it has it, one at a time, and forgets it when the worker dies before: its visitor would wait for ever, and a descriptor
 * is lost. Of a connection that was taken this closes nothing: the worker's own copy is what the visitor speaks to.
 */
function closeOrphanedConnection({ process: child }: Worker): void {
  const send = child.send.bind(child) as Send
  let last: Handle | undefined
  child.send = ((message, handle, ...rest) => {
    if (typeof handle === 'object') last = handle // it may also be the callback for when the message was sent
    return send(message, handle, ...rest)
  }) as Send as typeof child.send
  // Whichever comes last: until both have happened it may still be handed something.
  for (const event of ['exit', 'disconnect']) child.on(event, () => last?.close?.())
}
