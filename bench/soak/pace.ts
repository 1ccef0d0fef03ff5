// The speed limit of the whole crowd, and its waiting: nobody waits longer than the run lasts.
import { setTimeout as wait } from 'node:timers/promises'

export class Pace {
  private readonly gap: number
  private next = 0

  /** So many requests a second at most. */
  constructor(rate: number) {
    this.gap = 1000 / rate
  }

  /** Wait for one's turn. */
  async turn(): Promise<void> {
    const now = performance.now()
    const due = Math.max(now, this.next)
    this.next = due + this.gap
    if (due > now) await wait(due - now)
  }
}

/** Wait so many milliseconds, or until everything is over. */
export async function pause(milliseconds: number, over: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal: over }).catch(() => undefined)
}
