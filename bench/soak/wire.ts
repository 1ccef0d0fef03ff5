// One request over HTTP as a browser makes it, also a slow one, also one that is given up; and what came of it.
import { request, type Agent, type IncomingHttpHeaders } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

export type Headers = Record<string, string>

export type Asked = {
  path: string
  headers?: Headers
  agent?: Agent | undefined
  /** The fields of a form: with them it is a POST. */
  body?: string | undefined
  /** Milliseconds between two bytes of the body, for who sends it byte by byte. */
  slowness?: number | undefined
  /** Milliseconds after which the visitor gives up. */
  patience?: number | undefined
}

type Times = { began: number; ended: number }
export type Answer = Times & { status: number; headers: IncomingHttpHeaders; text: string }
export type Breakage = 'reset' | 'refused' | 'given up' | 'unanswered'
export type Outcome = Answer | (Times & { broken: Breakage })

const LONGEST = 30_000 // milliseconds; who has no answer by then gets none

/** Send it. Nothing throws: also what breaks is an outcome. Times are milliseconds of performance.now(). */
export async function send(url: string, asked: Asked): Promise<Outcome> {
  const began = performance.now()
  const end = () => ({ began, ended: performance.now() })
  let gaveUp: Breakage | undefined
  return new Promise((resolve) => {
    const { path, agent, body } = asked
    const headers = { ...asked.headers, ...(body === undefined ? {} : formHeaders(body)) }
    const method = body === undefined ? 'GET' : 'POST'
    const sent = request(`${url}${path}`, { method, headers, agent })
    const giveUp = (how: Breakage) => () => {
      gaveUp ??= how
      sent.destroy()
    }
    const timers = [setTimeout(giveUp('unanswered'), LONGEST)]
    if (asked.patience !== undefined) timers.push(setTimeout(giveUp('given up'), asked.patience))
    const settle = (outcome: Outcome) => {
      for (const timer of timers) clearTimeout(timer)
      resolve(outcome)
    }
    const broke = (error: NodeJS.ErrnoException) => {
      settle({ ...end(), broken: gaveUp ?? breakageOf(error) })
    }
    sent.on('error', broke)
    sent.on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('error', broke)
      answer.on('end', () => {
        settle({ ...end(), status: answer.statusCode ?? 0, headers: answer.headers, text })
      })
    })
    void write(sent, body, asked.slowness)
  })
}

function formHeaders(body: string): Headers {
  return {
    'Content-Type': 'application/x-www-form-urlencoded',
    'Content-Length': String(Buffer.byteLength(body)),
  }
}

function breakageOf({ code }: NodeJS.ErrnoException): Breakage {
  return code === 'ECONNREFUSED' ? 'refused' : 'reset'
}

async function write(sent: ReturnType<typeof request>, body = '', slowness = 0): Promise<void> {
  if (slowness > 0) {
    for (const byte of body) {
      if (sent.destroyed) return
      sent.write(byte)
      await wait(slowness)
    }
    sent.end()
  } else {
    sent.end(body)
  }
}
