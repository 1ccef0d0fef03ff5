// Full load: as many requests as a contender answers. An answer that is not the right one throws.
import type { EventEmitter } from 'node:events'
import autocannon, { type Request } from 'autocannon'

export type Expected = { status: number; length?: number }
export type Rate = { perSecond: number; count: number }

type Amount = { connections: number } & ({ duration: number } | { amount: number })

/** Ask again as soon as there is an answer, over each connection what it is given; returns the answers a second. */
export async function flatOut(
  url: string,
  requestsOf: (connection: number) => Request[],
  { status, length }: Expected,
  amount: Amount,
  onAnswer: (count: number) => void = () => undefined,
): Promise<Rate> {
  let [connection, count, last] = [0, 0, 0]
  const began = performance.now()
  const run = autocannon({
    url,
    sampleInt: 100,
    ...amount,
    setupClient: (client) => {
      client.setRequests(requestsOf(connection++))
    },
    ...(length === undefined ? {} : { verifyBody: (body) => body?.length === length }),
  })
  // What it returns is an emitter and a promise at once; its types know the promise alone.
  const emitter = run as unknown as EventEmitter
  emitter.on('response', () => {
    last = performance.now()
    onAnswer(++count)
  })
  const { errors, mismatches, statusCodeStats } = (await run) as unknown as Outcome
  const statuses = Object.keys(statusCodeStats)
  if (errors > 0 || mismatches > 0 || statuses.join() !== String(status)) {
    const seen = JSON.stringify({ errors, mismatches, statusCodeStats })
    throw new Error(`A contender at ${url} did not answer ${status} alone: ${seen}`)
  }
  return { perSecond: count / ((last - began) / 1000), count }
}

type Outcome = { errors: number; mismatches: number; statusCodeStats: Record<string, unknown> }
