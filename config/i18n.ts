// The two languages: which there are, which one a visitor asks for, and how a key becomes a sentence.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import i18next, { type TFunction } from 'i18next'
import { limits } from './limits.ts'
import { localesDir } from './paths.ts'
import { HOUR, MINUTE, SECOND } from './time.ts'

export const LOCALES = ['en', 'zh-CN'] as const
export type Locale = (typeof LOCALES)[number]
export type Translate = TFunction

const MAX_SENTENCES = 2000 // of each language

/** The function that turns a key into a sentence of this language. A key that is missing throws, so that no page shows one. */
export function translator(locale: Locale): Translate {
  return translators[locale]
}

/** Add sentences to those of this language: a part of the site that may be missing brings its own. */
export function addSentences(locale: Locale, sentences: object): void {
  instance.addResourceBundle(locale, 'translation', sentences, true, true)
}

/** A point in time in words of this language. In UTC, which is named: the server can't know the visitor's clock. */
export function formatTime(locale: Locale, date: Date): string {
  return translator(locale)('time', { time: timeFormats[locale].format(date) })
}

/** The same as markup for a page, where a script puts the visitor's own clock in its place. */
export function timeElement(locale: Locale, date: Date): string {
  return `<time datetime="${date.toISOString()}">${formatTime(locale, date)}</time>`
}

/** How long to wait, in words of the translator's language, rounded up so that who waits that long has waited enough. */
export function formatWait(t: Translate, seconds: number): string {
  if (seconds < MINUTE / SECOND) return t('wait.seconds', { count: seconds })
  return seconds <= HOUR / SECOND
    ? t('wait.minutes', { count: Math.ceil((seconds * SECOND) / MINUTE) })
    : t('wait.hours', { count: Math.ceil((seconds * SECOND) / HOUR) })
}

// One for each language: a format holds some 50 KB outside the heap, where the garbage collector does not see how much there is.
const timeFormats = { en: timeFormatOf('en'), 'zh-CN': timeFormatOf('zh-CN') }

const instance = i18next.createInstance()
await instance.init({
  resources: Object.fromEntries(
    LOCALES.map((locale) => [locale, { translation: readLocale(locale) }]),
  ),
  supportedLngs: [...LOCALES],
  fallbackLng: false,
  parseMissingKeyHandler: (key) => {
    throw new Error(`No sentence for "${key}"`)
  },
  interpolation: {
    escapeValue: false, // the views escape; twice would show &amp;amp;
    defaultVariables: limits,
  },
})

const translators: Record<Locale, Translate> = {
  en: remembering('en'),
  'zh-CN': remembering('zh-CN'),
}

function timeFormatOf(locale: Locale): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  })
}

// The same few sentences make up every page, and looking one up costs more than all the rest of its rendering: what was
// made once is kept, up to a bound, because some hold a visitor's name.
function remembering(locale: Locale): Translate {
  const translate = instance.getFixedT(locale) as unknown as (
    key: string,
    values?: object,
  ) => string
  const known = new Map<string, string>()
  const remember = (key: string, values?: Record<string, unknown>): string => {
    const name = values === undefined ? key : `${key} ${JSON.stringify(values)}`
    const sentence = known.get(name) ?? translate(key, values)
    if (known.size >= MAX_SENTENCES) known.clear()
    known.set(name, sentence)
    return sentence
  }
  return remember as unknown as Translate
}

function readLocale(locale: Locale): object {
  return JSON.parse(readFileSync(join(localesDir, `${locale}.json`), 'utf8')) as object
}
