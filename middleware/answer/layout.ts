// What the frame around every page shows, gathered when a page is rendered and not for redirects and pictures.
import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import {
  DEFAULT_LOCALE,
  formatWait,
  languageName,
  LOCALES,
  pageTranslator,
  timeElement,
} from '../../config/i18n.ts'
import { brand, textIn } from '../../config/site.ts'
import type { FieldErrors } from '../../lib/form.ts'
import { markLanguage } from '../../lib/http/language.ts'
import { takeFailures } from './failed-attempts.ts'
import { announcesMail, kindOfNotice } from './flash.ts'
import { isDeveloper } from '../access.ts'
import { settingsOf } from '../settings.ts'

/** What a part of the site adds to the frame: words of the navigation, each a path and a key, and addresses of files. */
export type FrameParts = { links: string[]; styles: string[]; scripts: string[] }

// In a refused form the focus is on the first field that has to be typed again: a wrong one, or a password, which is never sent back.
const PASSWORD_FIELDS = ['password', 'current']
const focusOf = (fields: string[], errors: FieldErrors) =>
  Object.keys(errors).length > 0
    ? fields.find((field) => errors[field] !== undefined || PASSWORD_FIELDS.includes(field))
    : undefined

const NOTHING: FrameParts = { links: [], styles: [], scripts: [] }

type RenderDone = (error: Error, html: string) => void

/** Give each rendered page the frame's own values; what the handler passes comes on top. */
export const layout: RequestHandler = function layout(req, res, next) {
  const render = res.render.bind(res)
  res.render = (view: string, values: object = {}, done?: RenderDone) => {
    const notice = res.locals.takeNotice?.()
    const { locale = DEFAULT_LOCALE } = res.locals
    const t = pageTranslator(locale)
    const frame = {
      view,
      brand,
      textIn,
      user: req.user,
      t,
      locales: LOCALES,
      languageName,
      // Never from the request: a forged Host would be in every preview of a link.
      siteUrl: settingsOf(req).baseUrl,
      notice,
      noticeKind: kindOfNotice(notice),
      mailIsCaught: announcesMail(notice) && isDeveloper(req),
      failures: takeFailures(req),
      // Missing where a request failed before its session was known: then the page has no forms.
      csrfToken: res.locals.csrfToken?.(),
      formId: randomUUID(), // so that middleware/form/repeat.ts knows a form that is sent twice
      here: req.originalUrl,
      wayBack: res.locals.wayBack ?? req.originalUrl,
      time: (date: Date) => timeElement(locale, date),
      inWords: (seconds: number) => formatWait(t, seconds),
      wait: undefined,
      typed: res.locals.typed ?? {},
      errors: {},
      parts: (req.app.get('frame parts') as FrameParts | undefined) ?? NOTHING,
      focusOf,
    }
    const send = done ?? sendPage
    render(view, { ...frame, ...values }, (error: Error, html: string) => {
      send(error, (error as Error | null) ? html : markLanguage(html))
    })
  }
  // Never compressed: a page holds a token beside what a visitor typed, and its compressed length would betray it (BREACH).
  // As text, which leaves with its headers in one piece, and without an ETag: each visitor's page holds a token of its own.
  const sendPage: RenderDone = (error, html) => {
    if (error as Error | null) {
      next(error)
    } else {
      res.setHeader('Content-Type', 'text/html; charset=utf-8')
      res.setHeader('Content-Length', Buffer.byteLength(html))
      res.locals.sentPage = html
      res.end(html)
    }
  }
  next()
}
