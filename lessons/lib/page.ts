// The page of a lesson: its panes filled with what really happened, and the button that begins it anew.
import { readFileSync } from 'node:fs'
import type { Request, Response } from 'express'
import { z } from 'zod'
import { cookieFlags } from '../../config/session.ts'
import { cookiesOf, idOf } from './cookies.ts'
import { findRecord, forgetExchanges } from './record.ts'
import type { Page } from '../../middleware/page.ts'
import { settingsOf } from '../../middleware/settings.ts'
import { otherOriginOf } from './other-origin.ts'
import type { Lesson, LessonTools } from './lesson.ts'
import { visitorOf } from './visitor.ts'

const MARK = '// ←' // stands in a lesson's source behind the line that matters

/** The cookie that says for which screen lessons are shown. */
export const VIEW = 'lesson-view'

const asked = z.object({ view: z.enum(['projector', 'ordinary']).optional().catch(undefined) })

/** Build the page of a lesson. */
export function lessonPage(lesson: Lesson, tools: LessonTools): Page {
  const names = [...lesson.cookies, ...(lesson.unseen ?? [])]
  const code = [lesson.source].flat().flatMap(codeOf)
  return {
    show: async (req: Request, res: Response) => {
      const cookies = cookiesOf(req, lesson.cookies)
      const visitor = visitorOf(req)
      const port = req.socket.localPort ?? 0
      const otherOrigin = otherOriginOf(req)
      if (lesson.asksOtherOrigin && otherOrigin) allowAsking(res, otherOrigin)
      const [record, stored, more] = await Promise.all([
        findRecord(visitor, lesson.name),
        storedOf(tools, cookies),
        lesson.look?.({ visitor, cookies: cookiesOf(req, names), port, otherOrigin }, tools),
      ])
      res.render(`lessons/${lesson.name}`, {
        lesson: { name: lesson.name, minutes: lesson.minutes, handouts: lesson.handouts },
        ...record,
        stored: stored.map(({ document }) => document),
        storedUnder: stored.map(({ cookie }) => cookie), // the cookie of each of them
        code,
        projector: isForProjector(req, res),
        ...more,
      })
    },
    submit: async (req: Request, res: Response) => {
      const cookies = cookiesOf(req, lesson.cookies)
      for (const value of Object.values(cookies)) await tools.stores.remove(idOf(value) ?? '')
      for (const name of names) res.clearCookie(name, { path: tools.path })
      await forgetExchanges(visitorOf(req), lesson.name)
      res.redirect(303, tools.path)
    },
  }
}

// Kept in a cookie, because each button leads back to the lesson's own address.
function isForProjector(req: Request, res: Response): boolean {
  const { view } = asked.parse(req.query)
  const flags = { ...cookieFlags(settingsOf(req)), path: '/lessons' }
  if (view) res.cookie(VIEW, view, flags)
  return (view ?? cookiesOf(req, [VIEW])[VIEW]) === 'projector'
}

// The policy of every page forbids its scripts to ask another origin; this one may ask this very server by its other name.
function allowAsking(res: Response, origin: string): void {
  const policy = String(res.getHeader('Content-Security-Policy'))
  res.set('Content-Security-Policy', policy.replace("connect-src 'self'", `$& ${origin}`))
}

// Two cookies may hold one session.
async function storedOf(tools: LessonTools, cookies: Record<string, string>) {
  const byId = new Map(
    Object.entries(cookies).map(([cookie, value]) => [idOf(value) ?? '', cookie]),
  )
  const found = await Promise.all(
    [...byId].map(async ([id, cookie]) => {
      const document = await tools.stores.read(id)
      return document === undefined ? [] : [{ cookie, document }]
    }),
  )
  return found.flat()
}

// Read from the file that runs, so that what is shown can't differ from it.
function codeOf(source: string): { text: string; matters: boolean }[] {
  return readFileSync(source, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('//# sourceMappingURL'))
    .map((line) => ({ text: line.replace(MARK, '//'), matters: line.includes(MARK) }))
}
