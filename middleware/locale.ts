// The language of the answer: what the visitor chose, else what the browser prefers, else English.
import type { Request, RequestHandler, Response } from 'express'
import type { Settings } from '../config/env.ts'
import { DEFAULT_LOCALE, LOCALES, translator, type Locale } from '../config/i18n.ts'
import { cookieFlags, cookieName, LOCALE_TTL } from '../config/session.ts'
import { settingsOf } from './settings.ts'

/** Choose the language, and say that the answer depends on it so that no cache mixes the two up. */
export function locale(settings: Settings): RequestHandler {
  const name = cookieName(settings, 'locale')
  return function chooseLocale(req, res, next) {
    const chosen = (req.cookies as Record<string, string>)[name]
    const locale = LOCALES.find((one) => one === chosen) ?? askedFor(req)
    res.locals.locale = locale
    res.locals.t = translator(locale)
    res.vary('Accept-Language').vary('Cookie')
    res.set('Content-Language', locale)
    next()
  }
}

/** The language of this answer, and of the mails that it causes. */
export function localeOf(res: Response): Locale {
  return res.locals.locale ?? DEFAULT_LOCALE
}

/** Remember the language that a visitor chose. */
export function rememberLocale(req: Request, locale: Locale): void {
  const settings = settingsOf(req)
  req.res?.cookie(cookieName(settings, 'locale'), locale, {
    ...cookieFlags(settings),
    maxAge: LOCALE_TTL,
  })
}

// What the browser would rather have comes first. The same language of another country is better than English: who reads
// one Chinese (zh-TW, zh-Hant-HK) can read the other.
function askedFor(req: Request): Locale {
  for (const asked of req.acceptsLanguages()) {
    const found =
      LOCALES.find((one) => isSame(one, asked)) ??
      LOCALES.find((one) => isSame(primary(one), primary(asked)))
    if (found !== undefined) return found
  }
  return DEFAULT_LOCALE
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function primary(tag: string): string {
  return tag.split('-')[0] ?? tag
}
