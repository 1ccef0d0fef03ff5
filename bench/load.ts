// Load: as many requests as a contender answers, or so many a second. A wrong answer throws, and so do more than a few 503.
import type { EventEmitter } from 'node:events'
import { Agent } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import autocannon, { type Request } from 'autocannon'
import { HttpClient, type HttpRequest } from '../lib/http/client.ts'

export type Load = { connections: number } & ({ duration: number } | { amount: number })

const MAX_UNAVAILABLE = 0.01 // of the answers: 503 is what a site says whose database waits too long for the processor

/**
 * Ask again as soon as there is an answer, over each connection what it is given. Returns the milliseconds that each answer
 * took, and how many good ones there were a second.
 */
export async function sendFlatOut(
  url: string,
  requestsOf: (connection: number) => Request[],
  { status, length }: { status: number; length?: number },
  load: Load,
  onAnswer: (count: number) => void = () => undefined,
): Promise<{ perSecond: number; times: number[] }> {
  let connection = 0
  const times: number[] = []
  const statuses: number[] = []
  const began = performance.now()
  let ended = began
  const run = autocannon({
    url,
    sampleInt: 100,
    ...load,
    setupClient: (client) => client.setRequests(requestsOf(connection++)),
    ...(length === undefined ? {} : { verifyBody: (body) => body?.length === length }),
  })
  // What it returns is an emitter and a promise at once; its types know the promise alone.
  const emitter = run as unknown as EventEmitter
  emitter.on('response', (_client, seen: number, _bytes, milliseconds: number) => {
    ended = performance.now()
    statuses.push(seen)
    onAnswer(times.push(milliseconds))
  })
  const { errors, mismatches } = (await run) as unknown as Record<'errors' | 'mismatches', number>
  if (errors > 0) throw new Error(`${url} broke ${errors} requests`)
  const unavailable = countUnavailable(url, statuses, status)
  if (mismatches > unavailable)
    throw new Error(`${url} gave ${mismatches} answers of another length`)
  const good = statuses.length - unavailable
  return { perSecond: good / ((ended - began) / 1000), times }
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
  const client = new HttpClient(url, {}, agent)
  const began = performance.now()
  const answers: Promise<{ status: number; time: number }>[] = []
  while (answers.length < rate * seconds && !until?.aborted) {
    const due = began + (answers.length * 1000) / rate
    const next = requests[answers.length % requests.length]
    if (due > performance.now()) {
      await wait(1)
    } else if (next) {
      const answer = timeOf(client, next)
      answer.catch(() => undefined) // thrown below, when all have been asked
      answers.push(answer)
    }
  }
  const all = await Promise.all(answers)
  agent.destroy()
  const statuses = all.map(({ status }) => status)
  countUnavailable(url, statuses, 200)
  return all.map(({ time }) => time)
}

async function timeOf(client: HttpClient, asked: HttpRequest) {
  const began = performance.now()
  const { status } = await client.send(asked)
  return { status, time: performance.now() - began }
}

// How many of the answers were 503, which is reported. Throws if there are many, or any that are neither this nor right.
function countUnavailable(url: string, statuses: number[], right: number): number {
  const count = (status: number) => statuses.filter((one) => one === status).length
  const unavailable = count(503)
  const wrong = statuses.length - unavailable - count(right)
  const said = `${url}: ${unavailable} of ${statuses.length} answers were 503, ${wrong} not ${right}`
  if (wrong > 0 || unavailable > statuses.length * MAX_UNAVAILABLE) throw new Error(said)
  if (unavailable > 0) console.error(said)
  return unavailable
}
