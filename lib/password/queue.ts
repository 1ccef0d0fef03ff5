// Password hashes take turns: so many at once as leave a core for everybody who only wants to see a page.
import { availableParallelism } from 'node:os'
import pLimit from 'p-limit'

const MAX_WAITING = 500 // more than that would wait for longer than anybody does: some five seconds on one core

const turns = pLimit(availableParallelism())

/** Too many passwords are waiting to be checked. Whoever catches it says so and asks to come back. */
export class TooManyHashes extends Error {}

/** Leave a core free, where there is more than one, and share the others with so many processes of the same site. */
export function setConcurrency(processes: number): void {
  turns.concurrency = Math.max(1, Math.floor((availableParallelism() - 1) / processes))
}

/** Do the work when it is its turn. Throws TooManyHashes at once where the queue is full: a flood must not grow without end (ASVS 6.3.1). */
export async function enqueue<T>(work: () => Promise<T>): Promise<T> {
  if (turns.pendingCount >= MAX_WAITING) throw new TooManyHashes('Too many passwords wait')
  return turns(work)
}
