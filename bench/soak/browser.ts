// A browser in the soak: it keeps cookies and connections, waits for its turn, and has each outcome noted. Nothing in it throws.
import { Agent } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { formRequest, HttpClient, type HttpRequest } from '../../lib/http/client.ts'
import { BROWSER_HEADERS, formOf, newAddress, type Fields, type Form } from '../visitor.ts'
import type { Ledger } from './ledger.ts'
import type { Observations, Outcome } from './observations.ts'
import { CAPTCHA } from './site.ts'

/** What all share: where the site is, how to wait for one's turn, what is written down, and when it is over. */
export type Soak = {
  url: string
  turn: () => Promise<void>
  observations: Observations
  ledger: Ledger
  over: AbortSignal
}

/** How a form is sent: byte by byte with so many milliseconds between, or given up after so many. */
export type Manner = { byteDelay?: number; timeout?: number }

const IDLE = 2000 // milliseconds that a connection is kept: less than the site does, so that none is closed under a request
const MEMBERS_PAGE = /^\/(account|logout)/
const NAME = /\bsoaker-\d+-\d+\b/

export class Browser {
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

  get sid(): string {
    return this.client.cookies.get('sid') ?? ''
  }

  forget(): void {
    this.client.cookies.clear()
  }

  /** Read a page. What a members' page says about the session is noted in the ledger. */
  async read(kind: string, path: string, timeout?: number): Promise<Outcome> {
    const { sid } = this
    const outcome = await this.send(kind, { path, timeout })
    if (MEMBERS_PAGE.test(path)) this.noteVisit(sid, outcome)
    return outcome
  }

  /** Open a page with a form and look at its captcha. There is no form where the page, or the picture, was not shown. */
  async open(kind: string, path: string): Promise<{ outcome: Outcome; form?: Form }> {
    const outcome = await this.read(`${kind}: form`, path)
    const form = outcome.status === 200 ? formOf(outcome.text, path) : undefined
    if (!form) return { outcome }
    if (form.picture === undefined) return { outcome, form }
    const picture = await this.read(`${kind}: captcha`, form.picture)
    return picture.status === 200 ? { outcome, form } : { outcome: picture }
  }

  async submit(kind: string, form: Form, fields: Fields, manner: Manner = {}): Promise<Outcome> {
    const { byteDelay, timeout } = manner
    const captcha = form.picture !== undefined ? { captcha: CAPTCHA } : {}
    const filled = formRequest(form.action, { ...form.hidden, ...captcha, ...fields })
    const length = { 'Content-Length': String(filled.body.length) }
    const body = byteDelay === undefined ? filled.body : byteByByte(filled.body, byteDelay)
    return this.send(kind, { ...filled, headers: { ...filled.headers, ...length }, body, timeout })
  }

  close(): void {
    this.agent.destroy()
  }

  private async send(kind: string, request: HttpRequest): Promise<Outcome> {
    await this.soak.turn()
    const began = performance.now()
    const headers = { ...this.address, ...request.headers }
    const answer = await this.client.send({ ...request, headers }).catch((error: unknown) => ({
      ...{ status: 0, headers: {}, text: '' },
      broken: breakageOf(error, request),
    }))
    const outcome: Outcome = { ...answer, began, ended: performance.now() }
    this.soak.observations.note(kind, outcome)
    return outcome
  }

  private noteVisit(sid: string, outcome: Outcome): void {
    const { ledger, observations } = this.soak
    const { status, began, ended, text } = outcome
    if (status === 200) {
      ledger.seen(sid, began, ended, NAME.exec(text)?.[0] ?? null)
    } else if (isTaken(outcome) && outcome.headers.location?.startsWith('/confirm?')) {
      ledger.seen(sid, began, ended, null) // signed in, and asked for the new password after a change of it
    } else if (isRefused(outcome)) {
      ledger.seen(sid, began, ended, undefined)
    } else {
      observations.expect('page', outcome, [], 'a page was neither shown nor refused')
    }
  }
}

/** True for a form that was taken: the answer leads on, to this page if one is named. */
export function isTaken({ status, headers }: Outcome, path = headers.location): boolean {
  return status === 303 && headers.location === path
}

export function isRefused(outcome: Outcome): boolean {
  return isTaken(outcome) && outcome.headers.location?.startsWith('/login') === true
}

/** What was given up may still be under way, and take the next picture of the same session for its own. */
export function leaveIfBroken(browser: Browser, { broken }: Outcome): void {
  if (broken) browser.forget()
}

export async function pause(milliseconds: number, over: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal: over }).catch(() => undefined)
}

async function* byteByByte(body: string, delay: number) {
  for (const byte of body) {
    yield byte
    await wait(delay)
  }
}

function breakageOf(error: unknown, { timeout }: HttpRequest): Outcome['broken'] {
  const { code } = error as NodeJS.ErrnoException
  const late = timeout === undefined ? 'unanswered' : 'given up'
  return code === 'ETIMEDOUT' ? late : code === 'ECONNREFUSED' ? 'refused' : 'reset'
}
