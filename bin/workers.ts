// All workers of a site: opened together, replaced when they die or when somebody asks for it, ended in order.
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../config/logger.ts'
import type { Opening } from './messages.ts'
import { openOrThrow, runWorker, type WorkerRun } from './worker-run.ts'

const SETTLED = 1000 // milliseconds that a worker has to be open so that its death is not one "at once"
const MIN_PAUSE = 100 // milliseconds before the next try, doubled with each death at once
const MAX_PAUSE = 5000
const MAX_FAILURES = 5 // deaths at once in a row, while no worker is open: trying again would not help
const STOP_TIMEOUT = 8000 // milliseconds; a worker that has not ended by then is killed

export class Workers {
  /** Resolves, with the reason of the last death, when all workers die at once again and again. */
  readonly failed: Promise<string>
  private readonly log: Logger
  private readonly slots: WorkerRun[]
  private readonly alive = new Set<WorkerRun>()
  private readonly closing = new AbortController()
  private order!: Opening
  private giveUp: (reason: string) => void = () => undefined
  private failures = 0
  private replacing: Promise<void> = Promise.resolve()

  /** Start so many workers, which load their libraries and wait. */
  constructor(count: number, log: Logger) {
    this.log = log
    this.failed = new Promise((resolve) => (this.giveUp = resolve))
    this.slots = Array.from({ length: count }, () => this.launch())
  }

  /** Let them answer visitors, all on one port; resolves when all do. Throws a StartProblem if one can't. */
  async open(order: Opening): Promise<void> {
    this.order = order
    await Promise.all(this.slots.map((run) => openOrThrow(run, order)))
    for (const [slot, run] of this.slots.entries()) void this.watch(slot, run)
  }

  /** Replace all workers one by one: each goes on until another has opened in its place. */
  async replaceAll(): Promise<void> {
    this.replacing = this.replacing.then(async () => {
      for (const [slot, old] of this.slots.entries()) {
        if (this.isClosing() || !(await this.replace(slot, old))) return
      }
      this.log.info({ workers: this.slots.length }, 'All workers were replaced')
    })
    await this.replacing
  }

  /** End all, after what they are answering. */
  async stop(): Promise<void> {
    this.closing.abort()
    const runs = [...this.alive]
    for (const run of runs) run.end('stop')
    const killing = setTimeout(() => {
      for (const run of this.alive) run.kill()
    }, STOP_TIMEOUT)
    await Promise.all(runs.map(({ ended }) => ended))
    clearTimeout(killing)
  }

  private isClosing = () => this.closing.signal.aborted // asked again after each wait

  private launch(): WorkerRun {
    const run = runWorker()
    this.alive.add(run)
    void run.ended.then(() => this.alive.delete(run))
    return run
  }

  private async replace(slot: number, old: WorkerRun): Promise<boolean> {
    const next = this.launch()
    const outcome = await next.open(this.order)
    if (!('opened' in outcome)) {
      this.log.error({ outcome }, 'A new worker did not open; the old ones go on')
      next.kill()
      return false
    }
    this.slots[slot] = next
    void this.watch(slot, next)
    old.end('drain')
    return true
  }

  // Starts another worker in this one's slot when it dies, unless another has taken the slot already.
  private async watch(slot: number, run: WorkerRun): Promise<void> {
    const reason = await run.ended
    if (this.isClosing() || this.slots[slot] !== run) return
    this.failures = (run.openFor() ?? 0) < SETTLED ? this.failures + 1 : 0
    const pause = pauseAfter(this.failures)
    this.log.warn({ worker: run.pid, reason, pause }, 'A worker died and is replaced')
    if (this.failures >= MAX_FAILURES && this.noneIsOpen()) {
      this.giveUp(reason)
    } else {
      await wait(pause, undefined, this.closing).catch(() => undefined)
      if (this.isClosing()) return
      const next = this.launch()
      this.slots[slot] = next
      void next.open(this.order)
      void this.watch(slot, next)
    }
  }

  private noneIsOpen(): boolean {
    return [...this.alive].every((run) => run.openFor() === undefined)
  }
}

function pauseAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(MIN_PAUSE * 2 ** failures, MAX_PAUSE)
}
