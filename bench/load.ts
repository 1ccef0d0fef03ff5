// Load: as many requests as a contender answers, or so many a second. An answer that is not the right one throws.
import type { EventEmitter } from 'node:events'
import { Agent } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import autocannon, { type Request } from 'autocannon'
import { HttpClient, type HttpRequest } from '../lib/http/client.ts'

export type Expected = { status: number; length?: number }

type Amount = { connections: number } & ({ duration: number } | { amount: number })
type Outcome = { errors: number; mismatches: number; statusCodeStats: Record<string, unknown> }

/** When there was full load, in microseconds of the clock that Node.js's profiler uses too. */
export const fullLoads: { from: number; to: number }[] = []

/**
 * Ask again as soon as there is an answer, over each connection what it is given. Returns the milliseconds that each answer
 * took, and how many there were a second.
 */
export async function sendFlatOut(
  url: string,
  requestsOf: (connection: number) => Request[],
  { status, length }: Expected,
  amount: Amount,
  onAnswer: (count: number) => void = () => undefined,
): Promise<{ perSecond: number; times: number[] }> {
  let connection = 0
  const times: number[] = []
  const from = microseconds()
  let to = from
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
  emitter.on('response', (_client, _status, _bytes, milliseconds: number) => {
    to = microseconds()
    onAnswer(times.push(milliseconds))
  })
  const { errors, mismatches, statusCodeStats } = (await run) as unknown as Outcome
  const statuses = Object.keys(statusCodeStats)
  if (errors > 0 || mismatches > 0 || statuses.join() !== String(status)) {
    const seen = JSON.stringify({ errors, mismatches, statusCodeStats })
    throw new Error(`A contender at ${url} did not answer ${status} alone: ${seen}`)
  }
  fullLoads.push({ from, to })
  return { perSecond: times.length / ((to - from) / 1e6), times }
}

/**
 * Ask at a steady rate, whether or not earlier requests were answered, so that a slow answer hides no other
 * (coordinated omission). autocannon would send what belongs to a second all at its beginning. Returns milliseconds.
 */
export async function sendSteadily(
  url: string,
  requests: HttpRequest[],
  { rate, seconds = Infinity, until }: { rate: number; seconds?: number; until?: AbortSignal },
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true })
  const began = performance.now()
  const answers: Promise<number>[] = []
  while (answers.length < rate * seconds && !until?.aborted) {
    const due = began + (answers.length * 1000) / rate
    const next = requests[answers.length % requests.length]
    if (due > performance.now()) {
      await wait(1)
    } else if (next) {
      const answer = timeOf(new HttpClient(url, {}, agent), next)
      answer.catch(() => undefined) // thrown below, when all have been asked
      answers.push(answer)
    }
  }
  const times = await Promise.all(answers)
  agent.destroy()
  return times
}

async function timeOf(client: HttpClient, asked: HttpRequest): Promise<number> {
  const began = performance.now()
  const { status } = await client.send(asked)
  if (status !== 200) throw new Error(`${asked.path} answered ${status}`)
  return performance.now() - began
}

function microseconds(): number {
  return Number(process.hrtime.bigint()) / 1000
}
