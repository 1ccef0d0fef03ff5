// The x-ray: at the foot of each page of the site, what its request read, changed and wrote of the visitor's own session.
import { promisify } from 'node:util'
import type { Request, RequestHandler, Response } from 'express'
import type { Connection } from 'mongoose'
import { formatWait, timeElement, translator } from '../../config/i18n.ts'
import { cookieName } from '../../config/session.ts'
import { idOf, receivedCookies, sentCookies, type Cookie, type ReceivedCookie } from './cookies.ts'
import { difference, type Line } from './difference.ts'
import { watching, type Operation } from './watch.ts'
import { storageId } from '../../lib/session/storage-id.ts'
import { findRecord, keepExchange, type Exchange } from './record.ts'
import { sentSessionId } from '../../middleware/session.ts'
import { settingsOf } from '../../middleware/settings.ts'
import { holdBack, setCookiesOf } from './hold-back.ts'
import { visitorOf } from './visitor.ts'

// Above the site's footer. No text of a visitor can hold this: views escape "<".
const PLACE = '<footer class="container">'
const SITE = 'site' // under which the exchanges are kept
const SHOWN = 6 // characters of an id: enough to see that it is another one
const MASK = '•••'
const SECRET_KEYS = ['answers']
// What tells whose session it is: shown of the present request, and kept nowhere, because the account may be deleted meanwhile.
const PERSON =
  /^(\s*"(?:owner|userId|username|registeredAs|typedName|email|address|agent)": ).*?(,?)$/

/**
 * Look at each request of the site, and put what was seen into its page. Its own session is all that is ever looked at:
 * the document is found by the id in the visitor's own cookie, and secrets are masked before anything is kept.
 */
export function xRay(database: Connection): RequestHandler {
  const sessions = database.collection<{ _id: string }>('sessions')
  const read = async (ids: (string | undefined)[]) => {
    const _ids = [...new Set(ids.filter((id) => id !== undefined).map(storageId))]
    const found = await sessions.find({ _id: { $in: _ids } }).toArray()
    return found.map((one) => maskDocument(one))
  }

  return async function look(req, res, next) {
    // A lesson that asks for its panes anew every other second would push out all that people did.
    if (req.get('X-Refresh') !== undefined) {
      next()
      return
    }
    const names = (['sid', 'csrf'] as const).map((name) => cookieName(settingsOf(req), name))
    const sent = sentCookies(req.get('Cookie') ?? '', names)
    // Only an id under our signature: with any other, somebody could look at a session that is not theirs.
    const sentId = sentSessionId(req)
    const operations: Operation[] = []
    const before = await read([sentId])
    holdBack(res, async (body) => {
      const received = receivedCookies(setCookiesOf(res), names)
      const after = await read([sentId, ...received.map(({ value }) => idOf(value))])
      const change = difference(single(before), single(after))
      const exchange = exchangeOf(req, res, { sent, received, operations, change })
      const { exchanges } = await findRecord(visitorOf(req), SITE)
      await keepExchange(visitorOf(req), SITE, { ...exchange, change: change.map(maskPerson) })
      return isShownOn(req, body) ? draw(req, res, body, [exchange, ...exchanges], after) : body
    })
    watching(operations, next)
  }
}

// A lesson's page has such panes of its own.
function isShownOn(req: Request, body: Buffer): boolean {
  return body.includes(PLACE) && !routeOf(req)?.startsWith('/lessons/')
}

function routeOf(req: Request): string | undefined {
  return (req.route as { path?: string } | undefined)?.path
}

type Seen = Pick<Exchange, 'sent' | 'operations' | 'change'> & { received: ReceivedCookie[] }

function exchangeOf(req: Request, res: Response, seen: Seen): Exchange {
  return {
    at: new Date(),
    by: 'browser',
    method: req.method,
    // The route and not the address: in that of a mailed link stands a token.
    path: routeOf(req) ?? req.path.split('/')[1] ?? '',
    status: res.statusCode,
    ...seen,
    sent: seen.sent.map(maskCookie),
    received: seen.received.map(maskCookie),
  }
}

type Render = (view: string, values: object) => Promise<string>

async function draw(
  req: Request,
  res: Response,
  body: Buffer,
  exchanges: Exchange[],
  stored: unknown[],
): Promise<Buffer> {
  const t = res.locals.t ?? translator('en')
  const render = promisify(req.app.render.bind(req.app)) as Render
  const time = (date: Date) => timeElement(res.locals.locale ?? 'en', date)
  const inWords = (seconds: number) => formatWait(t, seconds)
  const html = await render('lessons/partials/x-ray', { t, time, inWords, exchanges, stored })
  return Buffer.from(body.toString().replace(PLACE, (footer) => html + footer))
}

function maskPerson({ sign, text }: Line): Line {
  return { sign, text: text.replace(PERSON, `$1"${MASK}"$2`) }
}

function single(documents: unknown[]): unknown {
  return documents.length > 1 ? documents : documents[0]
}

// A cookie whose value tells that it is there and whether it is the same, and no more.
function maskCookie<C extends Cookie>(cookie: C): C {
  const { value, id } = cookie
  return {
    ...cookie,
    value: shorten(value),
    ...(id === undefined ? {} : { id: shorten(id), signature: MASK }),
  }
}

// A stored document without the captcha's answers and with its key shortened: by those somebody could act in the visitor's
// place. A session that is encrypted is shortened too.
function maskDocument(value: unknown, key = ''): unknown {
  if (SECRET_KEYS.includes(key)) return MASK
  if (key === '_id' || (key === 'session' && typeof value === 'string')) {
    return shorten(String(value))
  }
  if (Array.isArray(value)) return value.map((one) => maskDocument(one))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  const entries = Object.entries(value).map(([name, one]) => [name, maskDocument(one, name)])
  return Object.fromEntries(entries) as unknown
}

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}
