// A browser in the soak: it keeps cookies and connections, waits for its turn, and has each outcome noted. Nothing in it throws.
import { Agent } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import {
  formRequest,
  HttpClient,
  type HttpAnswer,
  type HttpRequest,
} from '../../lib/http/client.ts'
import { BROWSER_HEADERS, formOf, newAddress, type Fields, type Form } from '../visitor.ts'
import type { Ledger } from './ledger.ts'
import type { Observations } from './observations.ts'
import { CAPTCHA } from './site.ts'

/** What all share: where the site is, how to wait for one's turn, what is written down, and when it is over. */
export type Soak = {
  url: string
  turn: () => Promise<void>
  observations: Observations
  ledger: Ledger
  over: AbortSignal
}

export type Breakage = 'reset' | 'refused' | 'given up' | 'unanswered'
/** What came of a request: an answer, or what broke, with status 0. Times are milliseconds of performance.now(). */
export type Outcome = HttpAnswer & { began: number; ended: number; broken?: Breakage }
/** How a form is sent: byte by byte with so many milliseconds between, or given up after so many. */
export type Manner = { byteDelay?: number; timeout?: number }

const IDLE = 2000 // milliseconds that a connection is kept: less than the site does, so that none is closed under a request

export class Browser {
  isSignedIn = false
  address: Fields
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 6, timeout: IDLE })
  private readonly client: HttpClient
  private readonly soak: Soak

  constructor(soak: Soak, address = newAddress(), sid?: string) {
    this.soak = soak
    this.address = address
    this.client = new HttpClient(soak.url, BROWSER_HEADERS, this.agent)
    if (sid !== undefined) this.client.cookies.set('sid', sid)
  }

  /** The value of the session's cookie; '' if there is none. */
  get sid(): string {
    return this.client.cookies.get('sid') ?? ''
  }

  /** Forget all cookies, as a private window does when it is closed. */
  forget(): void {
    this.client.cookies.clear()
    this.isSignedIn = false
  }

  /** Read a page. */
  async read(kind: string, path: string, timeout?: number): Promise<Outcome> {
    return this.send(kind, { path, timeout })
  }

  /** Open a page with a form and look at its captcha. There is no form where the page, or the picture, was not shown. */
  async open(kind: string, path: string): Promise<{ outcome: Outcome; form?: Form }> {
    const outcome = await this.read(`${kind}: form`, path)
    const form = isShown(outcome) ? formOf(outcome.text, path) : undefined
    if (!form) return { outcome }
    if (!form.hasCaptcha) return { outcome, form }
    const picture = await this.read(`${kind}: captcha`, '/captcha')
    return isShown(picture) ? { outcome, form } : { outcome: picture }
  }

  /** Send a form that was opened, with these fields. */
  async submit(kind: string, form: Form, fields: Fields, manner: Manner = {}): Promise<Outcome> {
    const { byteDelay, timeout } = manner
    const captcha = form.hasCaptcha ? { captcha: CAPTCHA } : {}
    const filled = formRequest(form.action, { ...form.hidden, ...captcha, ...fields })
    const length = { 'Content-Length': String(filled.body.length) }
    const body = byteDelay === undefined ? filled.body : byteByByte(filled.body, byteDelay)
    return this.send(kind, { ...filled, headers: { ...filled.headers, ...length }, body, timeout })
  }

  /** Let go of all connections. */
  close(): void {
    this.agent.destroy()
  }

  private async send(kind: string, request: HttpRequest): Promise<Outcome> {
    await this.soak.turn()
    const began = performance.now()
    const headers = { ...this.address, ...request.headers }
    const outcome = await this.client.send({ ...request, headers }).then(
      (answer): Outcome => ({ ...answer, began, ended: performance.now() }),
      (error: unknown): Outcome => {
        const broken = breakageOf(error, request)
        return { status: 0, headers: {}, text: '', broken, began, ended: performance.now() }
      },
    )
    this.soak.observations.note(kind, outcome)
    return outcome
  }
}

/** True for a page, or a picture, that was shown. */
export function isShown({ status }: Outcome): boolean {
  return status === 200
}

/** True for a form that was taken: the answer leads on, to this page if one is named. */
export function isTaken({ status, headers }: Outcome, path = headers.location): boolean {
  return status === 303 && headers.location === path
}

/** Waits until it is one's turn: all users together send so many requests a second at most. */
export function turnsAt(rate: number): () => Promise<void> {
  let next = 0
  return async () => {
    const now = performance.now()
    const due = Math.max(now, next)
    next = due + 1000 / rate
    if (due > now) await wait(due - now)
  }
}

/** Wait so many milliseconds, or until everything is over. */
export async function pause(milliseconds: number, over: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal: over }).catch(() => undefined)
}

async function* byteByByte(body: string, delay: number) {
  for (const byte of body) {
    yield byte
    await wait(delay)
  }
}

function breakageOf(error: unknown, { timeout }: HttpRequest): Breakage {
  const { code } = error as NodeJS.ErrnoException
  const late = timeout === undefined ? 'unanswered' : 'given up'
  return code === 'ETIMEDOUT' ? late : code === 'ECONNREFUSED' ? 'refused' : 'reset'
}
