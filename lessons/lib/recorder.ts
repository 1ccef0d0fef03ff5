// Records one exchange of a lesson: what was sent, what came back, what the store did and what changed in it.
import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import { receivedCookies, sentCookies, type Cookie } from './cookies.ts'
import { difference, type Line } from './difference.ts'
import type { LessonStores, StoredDocument } from './stores.ts'
import { watching, type Operation } from './watch.ts'
import { keepExchange } from './record.ts'
import { holdBack, setCookiesOf } from './hold-back.ts'
import type { Lesson } from './lesson.ts'
import { BY_HEADER, isLessonClient } from './lesson-client.ts'
import { visitorOf } from './visitor.ts'

type Documents = Map<string, StoredDocument>

const MAX_VALUE_LENGTH = 300 // characters of a cookie's value that are kept
const clientName = z.string().regex(/^[\w -]{1,30}$/)

/**
 * Record this request for its visitor. It stands before the lesson's own middleware, and holds the answer back until that
 * has done all its work, so that the record is there before the browser can ask for it.
 */
export function recorder(lesson: Lesson, stores: LessonStores): RequestHandler {
  return async function record(req, res, next) {
    const operations: Operation[] = []
    const sent = sentCookies(req.get('Cookie') ?? '', lesson.cookies)
    const sentIds = sent.map(({ id }) => id)
    const before = await readAll(stores, sentIds)
    holdBack(res, async (body) => {
      const received = receivedCookies(setCookiesOf(res), lesson.cookies)
      const after = await readAll(stores, [...sentIds, ...received.map(({ id }) => id)])
      await keepExchange(visitorOf(req), lesson.name, {
        at: new Date(),
        by: byOf(req),
        method: req.method,
        path: req.originalUrl.slice(0, 200),
        status: res.statusCode,
        sent: sent.map(shortened),
        received: received.map(shortened),
        operations,
        change: changeOf(before, after),
        ...(res.locals.outcome ? { outcome: res.locals.outcome } : {}),
      })
      return body
    })
    watching(operations, next)
  }
}

// A cookie may be as long as a header, and a visitor sends what they like: the record holds the beginning of its value.
function shortened<C extends Cookie>(cookie: C): C {
  const cut = (text: string) =>
    text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text
  const { id, signature } = cookie
  const parts = id === undefined ? {} : { id: cut(id), signature: cut(signature ?? '') }
  return { ...cookie, ...parts, value: cut(cookie.value) }
}

// Only a lesson client of this site may name itself; anybody else is the browser, whatever a header says.
function byOf(req: Request): string {
  const { data: name = 'browser' } = clientName.safeParse(req.get(BY_HEADER))
  return isLessonClient(req) ? name : 'browser'
}

async function readAll(stores: LessonStores, ids: (string | undefined)[]): Promise<Documents> {
  const known = [...new Set(ids.filter((id) => id !== undefined))]
  const found = await Promise.all(known.map((id) => stores.read(id)))
  return new Map(found.filter((one) => one !== undefined).map((one) => [one._id, one]))
}

// Of a lesson with more than one session only those that changed: one of them stands out then.
function changeOf(before: Documents, after: Documents): Line[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])]
  return ids
    .map((id) => difference(before.get(id), after.get(id)))
    .filter((lines) => lines.some(({ sign }) => sign !== ' '))
    .flat()
}
