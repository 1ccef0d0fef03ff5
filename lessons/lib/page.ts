// The page of a lesson: its panes filled with what really happened, and the button that begins it anew.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Request, Response } from 'express'
import { z } from 'zod'
import { LOCALES, type Locale } from '../../config/i18n.ts'
import { root } from '../../config/paths.ts'
import { cookieFlags } from '../../config/session.ts'
import { cookiesOf, idOf } from './cookies.ts'
import { findRecord, forgetExchanges } from './record.ts'
import type { Page } from '../../middleware/page.ts'
import { settingsOf } from '../../middleware/settings.ts'
import { otherOriginOf } from './other-origin.ts'
import type { Lesson, LessonTools, Place } from './lesson.ts'
import { visitorOf } from './visitor.ts'

// In a lesson's source: around the lines that its page shows, and behind a line that matters.
const EXCERPT = /^ *\/\/ #region\n(.*?)^ *\/\/ #endregion\n/gms
const MARK = '// ←'
const COMMENT = /(?<=^|\s)\/\/ (.+)$/

type Line = { number: number; text: string; matters: boolean }

/** The cookie that says for which screen lessons are shown. */
export const VIEW = 'lesson-view'

// One pane alone is for the projector too.
const PANES = ['try', 'travelled', 'stored', 'code', 'ask'] as const
const view = z
  .enum(['projector', 'ordinary', ...PANES])
  .optional()
  .catch(undefined)
const asked = z.object({ view })

/** Build the page of a lesson. */
export function lessonPage(lesson: Lesson, place: Place, tools: LessonTools): Page {
  const names = [...lesson.cookies, ...(lesson.unseen ?? [])]
  const files = (lesson.files ?? [`${lesson.name}.ts`]).map(readSource)
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
        place,
        ...record,
        stored: stored.map(({ document }) => document),
        storedUnder: stored.map(({ cookie }) => cookie), // the cookie of each of them
        excerpts: files.flatMap(({ text }) => excerptsOf(text, res.locals.locale ?? 'en')),
        files: files.map(({ name, text }) => ({ name, lines: linesOf(text) })),
        ...viewOf(req, res),
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
function viewOf(req: Request, res: Response) {
  const { view: wanted } = asked.parse(req.query)
  const flags = { ...cookieFlags(settingsOf(req)), path: '/lessons' }
  if (wanted) res.cookie(VIEW, wanted, flags)
  const shown = wanted ?? view.parse(cookiesOf(req, [VIEW])[VIEW]) ?? 'ordinary'
  return {
    panes: PANES,
    projector: shown !== 'ordinary',
    pane: PANES.find((pane) => pane === shown) ?? null, // the one that is shown alone
  }
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

// The TypeScript that runs, or from which what runs was built: what is shown can't differ from it.
function readSource(name: string) {
  return { name, text: readFileSync(join(root, 'lessons', name), 'utf8') }
}

/** The parts of a lesson's source that its page shows, with their comments in this language. */
export function excerptsOf(source: string, locale: Locale): Line[][] {
  return [...source.matchAll(EXCERPT)].map(({ 0: whole, 1: text = '', index }) => {
    const first = source.slice(0, index).split('\n').length + 1
    const indent = whole.search(/\S/)
    return linesOf(text, first).map((line) => ({
      ...line,
      text: line.text.slice(indent).replace(COMMENT, (_all, comment: string) => {
        return `// ${comments.get(locale)?.[comment] ?? comment}`
      }),
    }))
  })
}

function linesOf(text: string, first = 1): Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line, index) => ({
      number: first + index,
      text: line.replace(MARK, '//'),
      matters: line.includes(MARK),
    }))
}

// The sources have their comments in English; lessons/comments has them in other languages.
const comments = new Map(LOCALES.map((locale) => [locale, readComments(locale)]))

function readComments(locale: Locale): Record<string, string> {
  const file = join(root, 'lessons', 'comments', `${locale}.json`)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {}
}
