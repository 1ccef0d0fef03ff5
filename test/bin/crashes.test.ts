// Workers that crash, in a site of tiny ones: what one of them does is nothing that ends the others.
import cluster from 'node:cluster'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Opening } from '../../bin/messages.ts'
import { Workers } from '../../bin/workers.ts'
import { isAlive } from '../is-alive.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const TIMEOUT = { timeout: 25_000, interval: 20 } // for what takes long only on a busy machine
const OPEN = { order: 'open', port: 0, shared: {} } as unknown as Opening

// A worker that says what the real one says. Where the file "broken" lies beside it, it dies instead; where "stuck" does, it
// tells a problem and stays.
const WORKER = `
import { existsSync } from 'node:fs'
process.on('message', ({ order }) => {
  if (order !== 'open') process.exit(0)
  else if (existsSync(new URL('broken', import.meta.url))) process.exit(3)
  else if (existsSync(new URL('stuck', import.meta.url))) process.send({ problem: 'no port' })
  else process.send({ opened: true })
})
process.send({ waiting: true })
`

let folder: string
beforeEach(async () => {
  folder = await temporaryFolder()
  const exec = join(folder, 'worker.mjs')
  await writeFile(exec, WORKER)
  cluster.setupPrimary({ exec, execArgv: [] })
})

describe('A worker that dies as soon as it starts, again and again', () => {
  it('does not end a site whose other worker answers', async () => {
    const { workers, crashes, hasFailed, pids } = await openWorkers(2)
    const [healthy = 0, unlucky = 0] = pids()
    await breakWorkers()

    process.kill(unlucky, 'SIGKILL')
    await vi.waitUntil(() => crashes().length === 5, TIMEOUT)

    expect(hasFailed()).toBe(false)
    expect(isAlive(healthy)).toBe(true)
    await workers.stop()
    expect(pids()).toEqual([])
  })

  it('ends the site, with the reason, where no other worker answers', async () => {
    const { workers, pids } = await openWorkers(2)
    await breakWorkers()

    for (const pid of pids()) process.kill(pid, 'SIGKILL')

    expect(await workers.failed).toBe('exit code 3')
  })
})

describe('replaceAll()', () => {
  it('leaves the old workers where a new one does not open', async () => {
    const { workers, hasFailed, pids, logged } = await openWorkers(2)
    const old = pids()
    await breakWorkers()

    await workers.replaceAll()
    await vi.waitUntil(() => pids().length === 2, TIMEOUT)

    expect(pids()).toEqual(old)
    expect(hasFailed()).toBe(false)
    expect(logged().map(({ msg }) => msg)).toEqual([
      'A new worker did not open; the old ones go on',
    ])
  })
})

describe('replaceAll() with a worker that can not open but does not die either', () => {
  it('ends that one', async () => {
    const { workers, pids } = await openWorkers(2)
    const old = pids()
    await writeFile(join(folder, 'stuck'), '')

    await workers.replaceAll()

    await vi.waitUntil(() => pids().length === 2, TIMEOUT)
    expect(pids()).toEqual(old)
  })
})

const breakWorkers = () => writeFile(join(folder, 'broken'), '')

async function openWorkers(count: number) {
  const lines: string[] = []
  const workers = new Workers(count, pino({}, { write: (line: string) => void lines.push(line) }))
  onTestFinished(() => workers.stop())
  let failed = false
  void workers.failed.then(() => (failed = true))
  await workers.open(OPEN)
  const logged = () => lines.map((line) => JSON.parse(line) as { msg: string; reason?: string })
  return {
    workers,
    logged,
    crashes: () => logged().filter(({ reason }) => reason === 'exit code 3'),
    hasFailed: () => failed,
    pids: () => Object.values(cluster.workers ?? {}).map((worker) => worker?.process.pid ?? 0),
  }
}
