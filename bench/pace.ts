// Load that leaves room: a fixed rate, or one request after the other, each timed to a fraction of a millisecond.
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Headers } from './browser.ts'

export type Asked = { path: string; headers: Headers; method?: 'GET' | 'POST'; body?: string }

/**
 * Ask at a steady rate, whether or not earlier requests were answered, so that a slow answer hides no other
 * (coordinated omission). autocannon would send what belongs to a second all at its beginning. Returns milliseconds.
 */
export async function steadily(
  url: string,
  asked: Asked[],
  status: number,
  { rate, seconds = Infinity, until }: { rate: number; seconds?: number; until?: AbortSignal },
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true })
  const began = performance.now()
  const answers: Promise<number>[] = []
  while (answers.length < rate * seconds && !until?.aborted) {
    const due = began + (answers.length * 1000) / rate
    if (due > performance.now()) {
      await wait(1)
    } else {
      const answer = ask(url, turnOf(asked, answers.length), status, agent)
      answer.catch(() => undefined) // told below, when all have been asked
      answers.push(answer)
    }
  }
  const times = await Promise.all(answers)
  agent.destroy()
  return times
}

/** Ask one after the other; returns milliseconds. */
export async function inTurn(
  url: string,
  asked: Asked[],
  status: number,
  count = asked.length,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const times: number[] = []
  while (times.length < count) {
    times.push(await ask(url, turnOf(asked, times.length), status, agent))
  }
  agent.destroy()
  return times
}

function turnOf(asked: Asked[], number: number): Asked {
  const one = asked[number % asked.length]
  if (one) {
    return one
  } else {
    throw new Error('There is nothing to ask')
  }
}

function ask(url: string, asked: Asked, status: number, agent: Agent): Promise<number> {
  const { path, body = '', method = 'GET' } = asked
  const length = method === 'POST' ? { 'Content-Length': Buffer.byteLength(body) } : {}
  const headers = { ...asked.headers, ...length }
  return new Promise((resolve, reject) => {
    const began = performance.now()
    request(`${url}${path}`, { method, headers, agent }, (answer) => {
      answer.resume().once('end', () => {
        const time = performance.now() - began
        if (answer.statusCode === status) {
          resolve(time)
        } else {
          reject(new Error(`${method} ${path} answered ${answer.statusCode}`))
        }
      })
    })
      .once('error', reject)
      .end(body)
  })
}
