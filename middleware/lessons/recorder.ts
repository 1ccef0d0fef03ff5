// Records one exchange of a lesson: what was sent, what came back, what the store did and what changed in it.
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { receivedCookies, sentCookies } from '../../lib/lessons/anatomy.ts'
import { difference } from '../../lib/lessons/difference.ts'
import type { LessonStores } from '../../lib/lessons/stores.ts'
import { watching, type Operation } from '../../lib/lessons/watch.ts'
import { keepExchange } from '../../models/lesson-record.ts'
import type { Lesson } from './lesson.ts'
import { BY_HEADER, isRobot } from './robot.ts'
import { visitorOf } from './visitor.ts'

type End = Response['end']

/**
 * Record this request for its visitor. It stands before the lesson's own middleware, and holds the answer back until that
 * has done all its work, so that the record is there before the browser can ask for it.
 */
export function recorder(lesson: Lesson, stores: LessonStores): RequestHandler {
  return async function record(req, res, next) {
    const operations: Operation[] = []
    const sent = sentCookies(req.get('Cookie') ?? '', lesson.cookies)
    const before = await readAll(
      stores,
      sent.map(({ id }) => id),
    )
    holdBack(res, async () => {
      const received = receivedCookies(setCookiesOf(res), lesson.cookies)
      const ids = [...sent, ...received].map(({ id }) => id)
      const after = await readAll(stores, ids)
      await keepExchange(visitorOf(req), lesson.name, {
        at: new Date(),
        by: byOf(req),
        method: req.method,
        path: req.originalUrl.slice(0, 200),
        status: res.statusCode,
        sent,
        received,
        operations,
        change: difference(single(before), single(after)),
      })
    })
    watching(operations, next)
  }
}

// Only a robot of this process may name itself; anybody else is the browser, whatever a header says.
function byOf(req: Request): string {
  const name = z
    .string()
    .regex(/^[\w -]{1,30}$/)
    .safeParse(req.get(BY_HEADER))
  return isRobot(req) && name.success ? name.data : 'browser'
}

// Nothing leaves before `work` is done: express-session sends the headers of a redirect before the session is saved.
function holdBack(res: Response, work: () => Promise<void>): void {
  const write = res.write.bind(res) as (part: unknown) => boolean
  const end = res.end.bind(res) as () => Response
  const parts: unknown[] = []
  res.write = ((part: unknown) => {
    parts.push(part)
    return true
  }) as typeof res.write
  res.end = ((part?: unknown) => {
    if (part !== undefined && part !== null && part !== '') parts.push(part)
    const send = () => {
      for (const one of parts) write(one)
      end()
    }
    // The headers are made now, with the cookie that express-session adds at the last moment; they leave with the first byte.
    if (!res.headersSent) res.writeHead(res.statusCode)
    work().then(send, send) // a lesson that can't be recorded still answers
    return res
  }) as End
}

function setCookiesOf(res: Response): string[] {
  const value = (res.getHeaders())['set-cookie']
  return value === undefined ? [] : [value].flat()
}

async function readAll(stores: LessonStores, ids: (string | undefined)[]): Promise<object[]> {
  const known = [...new Set(ids.filter((id) => id !== undefined))]
  const found = await Promise.all(known.map((id) => stores.read(id)))
  return found.filter((one) => one !== undefined)
}

function single(documents: object[]): unknown {
  return documents.length > 1 ? documents : documents[0]
}
