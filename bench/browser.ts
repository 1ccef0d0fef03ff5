// A visitor of the site under measurement: cookies, forms, and captchas whose answers are read from the database.
import { parse } from 'node-html-parser'
import { storageId } from '../lib/session/storage-id.ts'
import { sessionIdOf, type Site } from './site.ts'

export const PASSWORD = 'a lantern in the cave'

export type Headers = Record<string, string>
type Fields = Record<string, string>

let addresses = 0

/** An address that nobody was counted under yet: the throttle is on, as in production. */
export function newAddress(): string {
  const number = ++addresses
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
}

/** What every request carries, as a browser's does. */
export function visitorHeaders(cookie = ''): Headers {
  return { Accept: 'text/html', 'Accept-Language': 'en', ...(cookie ? { Cookie: cookie } : {}) }
}

export class Browser {
  private readonly cookies = new Map<string, string>()
  private readonly address = newAddress()
  private readonly site: Site

  constructor(site: Site, cookie = '') {
    this.site = site
    for (const pair of cookie.split('; ').filter(Boolean)) this.keep(pair)
  }

  /** The headers of this visitor's next request. */
  get headers(): Headers {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return visitorHeaders(cookie)
  }

  /** Read a page; anything but 200 throws. */
  async read(path: string): Promise<string> {
    const answer = await this.request(path)
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`)
    return text
  }

  /** Open a page, look at its captcha, fill in its form and send it; anything but 303 throws. */
  async fill(path: string, fields: Fields): Promise<void> {
    const form = parse(await this.read(path)).querySelector('main form')
    const hidden = (form?.querySelectorAll('input[type=hidden]') ?? []).map((input) => [
      input.getAttribute('name') ?? '',
      input.getAttribute('value') ?? '',
    ])
    await this.read('/captcha')
    const sid = sessionIdOf(this.cookies.get('sid') ?? '')
    const captcha = (await answersOf(this.site, [sid])).get(sid) ?? ''
    const body = new URLSearchParams({
      ...(Object.fromEntries(hidden) as Fields),
      captcha,
      ...fields,
    })
    const { status } = await this.request(path, { method: 'POST', body })
    if (status !== 303) throw new Error(`POST ${path} answered ${status}`)
  }

  private async request(path: string, more: RequestInit = {}): Promise<Response> {
    const headers = { ...this.headers, 'X-Forwarded-For': this.address }
    const answer = await fetch(`${this.site.url}${path}`, { redirect: 'manual', headers, ...more })
    for (const line of answer.headers.getSetCookie()) this.keep(line)
    return answer
  }

  private keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    this.cookies.set(name, value)
  }
}

/** The captchas' answers that sessions wait for, by session id. */
export async function answersOf({ database }: Site, sids: string[]): Promise<Map<string, string>> {
  type Waiting = { _id: string; session?: { captcha?: { answers: string[] } } }
  const bySession = new Map(sids.map((sid) => [storageId(sid), sid]))
  const found = await database
    .collection<Waiting>('sessions')
    .find({ _id: { $in: [...bySession.keys()] } })
    .toArray()
  return new Map(
    found.map(({ _id, session }) => [bySession.get(_id) ?? '', session?.captcha?.answers[0] ?? '']),
  )
}
