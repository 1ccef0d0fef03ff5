// A browser of the crowd: cookies, connections that it keeps, and forms that it opens, fills in and sends.
import { Agent } from 'node:http'
import { parse } from 'node-html-parser'
import { CAPTCHA } from './site.ts'
import type { Pace } from './pace.ts'
import type { Watch } from './watch.ts'
import { send, type Answer, type Asked, type Headers, type Outcome } from './wire.ts'

export type Fields = Record<string, string>
export type How = Pick<Asked, 'slowness' | 'patience'>
export type Form = { path: string; fields: Fields }
export type Surroundings = { url: string; pace: Pace; watch: Watch }

const IDLE = 2000 // milliseconds that a connection is kept: less than the site does, so that none is closed under a request

export class Browser {
  address: string
  private readonly cookies = new Map<string, string>()
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 6, timeout: IDLE })
  private readonly around: Surroundings

  constructor(around: Surroundings, address: string, sid?: string) {
    this.around = around
    this.address = address
    if (sid !== undefined) this.cookies.set('sid', sid)
  }

  /** The value of the session's cookie; '' if there is none. */
  get sid(): string {
    return this.cookies.get('sid') ?? ''
  }

  /** Forget all cookies, as who closes a private window does. */
  forget(): void {
    this.cookies.clear()
  }

  /** Another browser at the same address with nothing but this session's cookie. */
  double(sid: string): Browser {
    return new Browser(this.around, this.address, sid)
  }

  /** Read a page. */
  async read(kind: string, path: string, how: How = {}): Promise<Outcome> {
    return this.ask(kind, { path, ...how })
  }

  /** Open a page with a form and look at its captcha. There is no form where the page, or the picture, was not shown. */
  async open(kind: string, path: string): Promise<{ outcome: Outcome; form?: Form }> {
    const outcome = await this.read(`${kind}: form`, path)
    if (!isPage(outcome)) return { outcome }
    const form = parse(outcome.text).querySelector('main form')
    if (!form) return { outcome }
    const fields: Fields = Object.fromEntries<string>(
      form
        .querySelectorAll('input[type=hidden]')
        .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']),
    )
    if (form.querySelector('img[src="/captcha"]')) {
      const picture = await this.read(`${kind}: captcha`, '/captcha')
      if (!isPage(picture)) return { outcome: picture }
      fields.captcha = CAPTCHA
    }
    return { outcome, form: { path: form.getAttribute('action') ?? path, fields } }
  }

  /** Send a form that was opened, with these fields. */
  async submit(kind: string, form: Form, fields: Fields, how: How = {}): Promise<Outcome> {
    const body = new URLSearchParams({ ...form.fields, ...fields }).toString()
    return this.ask(kind, { path: form.path, body, ...how })
  }

  /** Let go of all connections. */
  close(): void {
    this.agent.destroy()
  }

  private async ask(kind: string, asked: Asked): Promise<Outcome> {
    const { url, pace, watch } = this.around
    await pace.turn()
    const outcome = await send(url, { ...asked, headers: this.headers(), agent: this.agent })
    watch.note(kind, outcome)
    if ('status' in outcome) this.keep(outcome)
    return outcome
  }

  private headers(): Headers {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return {
      Accept: 'text/html',
      'Accept-Language': 'en',
      'X-Forwarded-For': this.address,
      ...(cookie ? { Cookie: cookie } : {}),
    }
  }

  private keep({ headers }: Answer): void {
    for (const line of headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }
}

/** True for a page, or a picture, that was shown. */
export function isPage(outcome: Outcome): outcome is Answer {
  return 'status' in outcome && outcome.status === 200
}

/** True for a form that was taken: the answer leads on. */
export function isTaken(outcome: Outcome): outcome is Answer {
  return 'status' in outcome && outcome.status === 303
}

/** Where an answer leads; '' where it leads nowhere. */
export function leadsTo(outcome: Outcome): string {
  return 'status' in outcome ? (outcome.headers.location ?? '') : ''
}
