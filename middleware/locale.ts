// The language of the answer: what the visitor chose, else what the browser prefers, else English.
import type { Request, RequestHandler, Response } from 'express'
import type { Settings } from '../config/env.ts'
import { LOCALES, translator, type Locale } from '../config/i18n.ts'
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
  return res.locals.locale ?? 'en'
}

/** Remember the language that a visitor chose. */
export function rememberLocale(req: Request, locale: Locale): void {
  const settings = settingsOf(req)
  req.res?.cookie(cookieName(settings, 'locale'), locale, {
    ...cookieFlags(settings),
    maxAge: LOCALE_TTL,
  })
}

// "zh" stands for every Chinese a browser may name (zh-CN, zh-TW, zh-Hant-HK): Chinese readers prefer either to English.
function askedFor(req: Request): Locale {
  return req.acceptsLanguages(['en', 'zh']) === 'zh' ? 'zh-CN' : 'en'
}
