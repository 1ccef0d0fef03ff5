// The languages: each is a file in config/locales, and here a key becomes a sentence of one of them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import i18next, { type TFunction } from 'i18next'
import { limits } from './limits.ts'
import { localesDir } from './paths.ts'
import { sentenceWords } from './site.ts'
import { HOUR, MINUTE, SECOND } from './time.ts'

/** A language by its BCP 47 tag, which is the name of its file. */
export type Locale = string
export type Translate = TFunction

type Sentences = { [key: string]: string | Sentences }
type Details = { res: string; usedLng: string }

/** The language that has every sentence: what another one lacks is said in this one. */
export const DEFAULT_LOCALE = 'en'

/** What stands around a sentence that a page had to take from the default language: lib/http/language.ts makes markup of it. */
export const FALLBACK_MARKS = ['\u{E000}', '\u{E001}'] as const

const MAX_SENTENCES = 2000 // remembered of each language

/** What is wrong with the files of languages. The site goes on without what it can't use of them. */
export const localeProblems: string[] = []

/** Keys that no language has a sentence for, as soon as something asked for one. */
export const missingSentences = new Set<string>()

/** The languages that there are, the default one first. */
export const LOCALES: readonly Locale[] = findLocales()

const instance = i18next.createInstance()
await instance.init({
  resources: {},
  fallbackLng: DEFAULT_LOCALE,
  returnDetails: true,
  parseMissingKeyHandler: (key) => {
    missingSentences.add(key)
    return key // a page that shows a key is better than none
  },
  interpolation: {
    escapeValue: false, // the views escape; twice would show &amp;amp;
    defaultVariables: limits,
  },
})
addSentences(localesDir)

// A format holds some 50 KB outside the heap, where the garbage collector does not see how much there is: one for each language.
const languages = new Map(
  LOCALES.map((locale) => [
    locale,
    {
      translate: remembering(locale, (sentence) => sentence),
      translateForPage: remembering(locale, (sentence) => FALLBACK_MARKS.join(sentence)),
      time: timeFormatOf(locale),
      name: nameOf(locale),
    },
  ]),
)

/** The function that turns a key into a sentence of this language, or of the default one. */
export function translator(locale: Locale): Translate {
  return languageOf(locale).translate
}

/** The same for a page, where a sentence of the default language is marked. */
export function pageTranslator(locale: Locale): Translate {
  return languageOf(locale).translateForPage
}

/** Add the sentences of the files in this folder: a part of the site that may be missing brings its own. */
export function addSentences(folder: string): void {
  const complete = readSentences(folder, DEFAULT_LOCALE)
  for (const locale of LOCALES) {
    const sentences = usableIn(readSentences(folder, locale), complete, `${locale}.json: `)
    instance.addResourceBundle(locale, 'translation', sentences, true, true)
  }
}

/** What a language calls itself, with its country where there are several of one language. */
export function languageName(locale: Locale): string {
  return languageOf(locale).name
}

/** A point in time in words of this language. In UTC, which is named: the server can't know the visitor's clock. */
export function formatTime(locale: Locale, date: Date): string {
  return translator(locale)('time', { time: languageOf(locale).time.format(date) })
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

// A letter may wait in a language whose file is there no more.
function languageOf(locale: Locale) {
  const language = languages.get(locale) ?? languages.get(DEFAULT_LOCALE)
  if (!language) throw new Error(`${DEFAULT_LOCALE}.json is missing`)
  return language
}

function findLocales(): Locale[] {
  const names = readdirSync(localesDir).filter((name) => name.endsWith('.json'))
  const tags = names.map((name) => name.slice(0, -'.json'.length)).filter(isLanguageTag)
  return [DEFAULT_LOCALE, ...tags.filter((tag) => tag !== DEFAULT_LOCALE)]
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length >= 0
  } catch {
    localeProblems.push(`${tag}.json: its name is no language tag, like "fr" or "pt-BR".`)
    return false
  }
}

function readSentences(folder: string, locale: Locale): unknown {
  const file = join(folder, `${locale}.json`)
  if (!existsSync(file)) return {} // of a part of the site, which then speaks the default language
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (locale === DEFAULT_LOCALE) throw error
    localeProblems.push(`${locale}.json: ${error instanceof Error ? error.message : ''}`)
    return {}
  }
}

// Without what has another shape than in the default language. A text more may be another plural form.
function usableIn(found: unknown, complete: unknown, place: string): Sentences {
  if (!isGroup(found)) {
    localeProblems.push(`${place}not a group of sentences.`)
    return {}
  }
  const usable: Sentences = {}
  for (const [key, value] of Object.entries(found)) {
    const model = isGroup(complete) ? complete[key] : undefined
    const name = `${place}${key}`
    if (typeof value === 'string' && !isGroup(model)) usable[key] = value
    else if (isGroup(model)) usable[key] = usableIn(value, model, `${name}.`)
    else localeProblems.push(`${name} is no sentence.`)
  }
  return usable
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(locale: Locale): string {
  const languageIn = (tag: Locale) => tag.split('-')[0] ?? tag
  const alike = LOCALES.filter((one) => languageIn(one) === languageIn(locale))
  const tag = alike.length > 1 ? locale : languageIn(locale)
  return new Intl.DisplayNames(locale, { type: 'language' }).of(tag) ?? locale
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
function remembering(locale: Locale, mark: (sentence: string) => string): Translate {
  const translate = instance.getFixedT(locale) as unknown as (
    key: string,
    values?: object,
  ) => Details
  const known = new Map<string, string>()
  const words = sentenceWords(locale)
  const remember = (key: string, values?: Record<string, unknown>): string => {
    const name = values === undefined ? key : `${key} ${JSON.stringify(values)}`
    const sentence = known.get(name) ?? sentenceOf(key, values)
    if (known.size >= MAX_SENTENCES) known.clear()
    known.set(name, sentence)
    return sentence
  }
  const sentenceOf = (key: string, values?: object) => {
    const { res, usedLng } = translate(key, { ...words, ...values })
    return usedLng === locale ? res : mark(res)
  }
  return remember as unknown as Translate
}
