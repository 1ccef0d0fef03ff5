// The sums over all workers: complete, never shrinking, and there also while a worker hangs or dies.
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { gatherFromWorkers } from '../../../lib/metrics/cluster.ts'
import { valueOf } from '../../metrics-text.ts'

const TIMEOUT = { timeout: 25_000, interval: 20 } // for what takes long only on a busy machine
const LONG = 20_000 // milliseconds, for workers that answer
const SHORT = 50 // milliseconds, for one that does not

let gather: () => Promise<string>
let gatherQuickly: () => Promise<string>
beforeAll(() => {
  cluster.setupPrimary({
    exec: fileURLToPath(new URL('worker.ts', import.meta.url)),
    execArgv: ['--import', 'tsx'],
  })
  gather = gatherFromWorkers(LONG)
  gatherQuickly = gatherFromWorkers(SHORT)
})
afterAll(async () => {
  await Promise.all(workers().map((worker) => kill(worker)))
})

describe('A cluster', { timeout: 120_000 }, () => {
  it('is summed up, but for what all its workers see alike', async () => {
    await Promise.all([work(await start(), 3), work(await start(), 4)])

    const metrics = await gather()

    expect(valueOf(metrics, 'done_total')).toBe(7)
    expect(valueOf(metrics, 'time_seconds_count')).toBe(2)
    expect(valueOf(metrics, 'kept')).toBe(7)
  })

  it('keeps what a worker had counted when it last answered, whatever becomes of it', async () => {
    const worker = await start()
    await work(worker, 10)
    const before = valueOf(await gather(), 'done_total')
    await work(worker, 100)

    await kill(worker)
    const after = [await gather(), await gather()]
    await work(await start(), 1)

    expect(after.map((text) => valueOf(text, 'done_total'))).toEqual([before, before])
    expect(valueOf(await gather(), 'done_total')).toBe((before ?? NaN) + 1)
  })

  it('is shown without the one that hangs, with what that had counted', async () => {
    await kill(...workers())
    const worker = await start()
    await work(worker, 5)
    await vi.waitFor(async () => {
      expect(valueOf(await gatherQuickly(), 'kept')).toBe(7)
    }, TIMEOUT)
    const before = valueOf(await gatherQuickly(), 'done_total')

    worker.process.kill('SIGSTOP')

    const metrics = await gatherQuickly()
    expect(valueOf(metrics, 'done_total')).toBe(before)
    expect(valueOf(metrics, 'kept')).toBeUndefined()
  })

  it('is shown also if one dies while it is asked, and if none is left', async () => {
    const worker = workers()[0]
    const asked = gather() // of one that is stopped and will not answer

    if (worker) await kill(worker)

    expect(valueOf(await asked, 'done_total')).toBeGreaterThan(0)
    expect(workers()).toEqual([])
    expect(valueOf(await gather(), 'done_total')).toBeGreaterThan(0)
  })
})

function workers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
}

async function start(): Promise<Worker> {
  const worker = cluster.fork()
  await once(worker, 'message') // that it is ready
  return worker
}

async function work(worker: Worker, count: number): Promise<void> {
  const counted = once(worker, 'message')
  worker.send({ count })
  await counted
}

async function kill(...doomed: Worker[]): Promise<void> {
  for (const worker of doomed) {
    const ended = once(worker, 'exit')
    worker.process.kill('SIGKILL')
    await ended
  }
}
