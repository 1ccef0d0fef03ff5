// The x-ray: at the foot of each page of the site, what its request read, changed and wrote of the visitor's own session.
import { promisify } from 'node:util'
import type { Request, RequestHandler, Response } from 'express'
import type { Connection } from 'mongoose'
import { formatTime, formatWait, translator } from '../../config/i18n.ts'
import { cookieName } from '../../config/session.ts'
import { idOf, receivedCookies, sentCookies, type ReceivedCookie } from './anatomy.ts'
import { difference } from './difference.ts'
import { maskCookie, maskDocument } from './mask.ts'
import { watching, type Operation } from './watch.ts'
import { storageId } from '../../lib/session/storage-id.ts'
import { findExchanges, keepExchange, type Exchange } from './record.ts'
import { sentSessionId } from '../../middleware/session.ts'
import { settingsOf } from '../../middleware/settings.ts'
import { holdBack, setCookiesOf } from './hold-back.ts'
import { visitorOf } from './visitor.ts'

/** Where the page wants it. No text of a visitor can hold this: views escape "<". */
const PLACE = '<!-- x-ray -->'
const SITE = 'site' // under which the exchanges are kept

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
    const names = ['sid', 'csrf'].map((name) => cookieName(settingsOf(req), name))
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
      const earlier = await findExchanges(visitorOf(req), SITE)
      await keepExchange(visitorOf(req), SITE, exchange)
      return body.includes(PLACE) ? draw(req, res, body, [exchange, ...earlier], after) : body
    })
    watching(operations, next)
  }
}

type Seen = Pick<Exchange, 'sent' | 'operations' | 'change'> & { received: ReceivedCookie[] }

function exchangeOf(req: Request, res: Response, seen: Seen): Exchange {
  return {
    at: new Date(),
    by: 'browser',
    method: req.method,
    // The route and not the address: in that of a mailed link stands a token.
    path: (req.route as { path?: string } | undefined)?.path ?? req.path.split('/')[1] ?? '',
    status: res.statusCode,
    ...seen,
    sent: seen.sent.map(maskCookie),
    received: seen.received.map(maskCookie),
  }
}

async function draw(
  req: Request,
  res: Response,
  body: Buffer,
  exchanges: Exchange[],
  stored: unknown[],
): Promise<Buffer> {
  const t = res.locals.t ?? translator('en')
  const render = promisify(req.app.render.bind(req.app)) as (
    view: string,
    values: object,
  ) => Promise<string>
  const time = (date: Date) => formatTime(res.locals.locale ?? 'en', date)
  const inWords = (seconds: number) => formatWait(t, seconds)
  const html = await render('partials/x-ray', { t, time, inWords, exchanges, stored })
  return Buffer.from(body.toString().replace(PLACE, () => html))
}

function single(documents: unknown[]): unknown {
  return documents.length > 1 ? documents : documents[0]
}
