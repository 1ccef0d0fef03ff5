// All workers of a site: opened together, replaced when they die or when somebody asks for it, ended in order.
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../config/logger.ts'
import type { Opening } from './messages.ts'
import { openOrThrow, runWorker, type WorkerRun } from './worker-run.ts'

const SETTLED = 1000 // milliseconds that a worker has to be open so that its death is not one "at once"
const MIN_PAUSE = 100 // milliseconds before the next try, doubled with each death at once
const MAX_PAUSE = 5000
const MAX_FAILURES = 5 // deaths at once in a row, while no worker is open: trying again would not help
const STOP_TIMEOUT = 8000 // milliseconds; who has not ended by then is killed

export class Workers {
  /** Resolves, with what they died of, when all workers die at once again and again. */
  readonly failed: Promise<string>
  private readonly log: Logger
  private readonly places: WorkerRun[]
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
    this.places = Array.from({ length: count }, () => this.launch())
  }

  /** Let them answer visitors, all on one port; resolves when all do. Throws a StartProblem if one can't. */
  async open(order: Opening): Promise<void> {
    this.order = order
    await Promise.all(this.places.map((run) => openOrThrow(run, order)))
    for (const [place, run] of this.places.entries()) void this.watch(place, run)
  }

  /** Replace all workers one by one: each goes on until another has opened in its place. */
  async replaceAll(): Promise<void> {
    this.replacing = this.replacing.then(async () => {
      for (const [place, old] of this.places.entries()) {
        if (this.isClosing() || !(await this.replace(place, old))) return
      }
      this.log.info({ workers: this.places.length }, 'All workers were replaced')
    })
    await this.replacing
  }

  /** End all, after what they are answering. */
  async stop(): Promise<void> {
    this.closing.abort()
    const runs = [...this.alive]
    for (const run of runs) run.end('stop')
    const impatience = setTimeout(() => {
      for (const run of this.alive) run.kill()
    }, STOP_TIMEOUT)
    await Promise.all(runs.map(({ ended }) => ended))
    clearTimeout(impatience)
  }

  private isClosing = () => this.closing.signal.aborted // asked again after each wait

  private launch(): WorkerRun {
    const run = runWorker()
    this.alive.add(run)
    void run.ended.then(() => this.alive.delete(run))
    return run
  }

  private async replace(place: number, old: WorkerRun): Promise<boolean> {
    const next = this.launch()
    const outcome = await next.open(this.order)
    if ('opened' in outcome) {
      this.places[place] = next
      void this.watch(place, next)
      old.end('drain')
      return true
    } else {
      this.log.error({ outcome }, 'A new worker did not open; the old ones go on')
      next.kill()
      return false
    }
  }

  // Sees to it that somebody takes this run's place, unless somebody has already.
  private async watch(place: number, run: WorkerRun): Promise<void> {
    const ending = await run.ended
    if (this.isClosing() || this.places[place] !== run) return
    this.failures = (run.openFor() ?? 0) < SETTLED ? this.failures + 1 : 0
    const pause = pauseAfter(this.failures)
    this.log.warn({ worker: run.pid, ending, pause }, 'A worker died and is replaced')
    if (this.failures >= MAX_FAILURES && this.noneIsOpen()) {
      this.giveUp(ending)
    } else {
      await wait(pause, undefined, this.closing).catch(() => undefined)
      if (this.isClosing()) return
      const next = this.launch()
      this.places[place] = next
      void next.open(this.order)
      void this.watch(place, next)
    }
  }

  private noneIsOpen(): boolean {
    return [...this.alive].every((run) => run.openFor() === undefined)
  }
}

function pauseAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(MIN_PAUSE * 2 ** failures, MAX_PAUSE)
}
