// The sentences of the site and those that lessons bring: the same keys in both languages, none missing, none forgotten, none outside the files.
// A language that somebody adds may lack sentences, but has none that nothing shows.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LOCALES } from '../config/i18n.ts'
import { root } from '../config/paths.ts'
import { filesBelow, read, sources, type ProjectFile } from './project-files.ts'

type Sentences = { [key: string]: string | Sentences }

const views = filesBelow(['views'], '.ejs')
const files = [...sources(), ...views]
const isOfLessons = ({ path }: ProjectFile) => /^(views\/)?lessons\//.test(path)
const textOf = (some: ProjectFile[]) => some.map(({ text }) => text).join('\n')

// These two have every sentence.
const COMPLETE = ['en', 'zh-CN']

// A site without lessons has no sentence that only they show, and needs none that they bring.
const site = {
  tables: tablesIn('config/locales'),
  code: textOf(files.filter((file) => !isOfLessons(file))),
}
const lessons = { tables: tablesIn('lessons/locales'), code: textOf(files.filter(isOfLessons)) }

describe('The locale files', () => {
  it('have the same keys, plural forms apart', () => {
    for (const { tables } of [site, lessons]) {
      const [first = [], ...others] = tables.map((keys) => [...new Set(keys.map(withoutPlural))])

      for (const keys of others) expect(keys).toEqual(first)
    }
  })

  it('have no key of their own in a language that lacks some', () => {
    for (const folder of ['config/locales', 'lessons/locales']) {
      const known = new Set(keysIn(folder, 'en').map(withoutPlural))
      const there = LOCALES.filter((locale) => existsSync(join(root, folder, `${locale}.json`)))
      for (const locale of there) {
        const keys = keysIn(folder, locale).map(withoutPlural)
        expect([locale, keys.filter((key) => !known.has(key))]).toEqual([locale, []])
      }
    }
  })

  it('have a sentence for every key that a view or a model names', () => {
    const ofSite = new Set(site.tables.flat().map(withoutPlural))
    const ofBoth = new Set([...ofSite, ...lessons.tables.flat().map(withoutPlural)])

    expect(keysNamedIn(site.code).length).toBeGreaterThan(40)
    expect(keysNamedIn(site.code).filter((key) => !ofSite.has(key))).toEqual([])
    expect(keysNamedIn(lessons.code).filter((key) => !ofBoth.has(key))).toEqual([])
  })

  it('have no sentence that nothing shows', () => {
    expect(keysNotShownIn(site.code, site.tables)).toEqual([])
    expect(keysNotShownIn(textOf(files), lessons.tables)).toEqual([])
  })
})

describe('The sentences', () => {
  // docs/wording.md has two tables of words that are out, each in a code span.
  const [, english = '', chinese = ''] = read('docs/wording.md').text.split(/^## .*out.*$/m)
  const wordsIn = (part: string) =>
    [...part.matchAll(/^\| `([^`]+)`/gm)].map(([, word = '']) => word)

  it.each([
    ['en', wordsIn(english), (word: string) => new RegExp(`\\b${word}\\b`, 'i')],
    ['zh-CN', wordsIn(chinese), (word: string) => new RegExp(word)],
  ] as const)('use no word that is out, %s', (locale, words, patternOf) => {
    const all = ['config', 'lessons'].flatMap((room) =>
      sentencesIn(JSON.parse(read(`${room}/locales/${locale}.json`).text) as Sentences),
    )
    const wrong = words.flatMap((word) => all.filter((one) => patternOf(word).test(one)))

    expect(words.length).toBeGreaterThan(3)
    expect(wrong).toEqual([])
  })
})

describe('The views', () => {
  it('hold no words of their own', () => {
    const wordy = views
      .map(({ path, text }) => ({
        path,
        words: text.replace(/<%[^]*?%>/g, '').replace(/<[^>]*>/g, ''),
      }))
      .filter(({ words }) => /\p{L}/u.test(words))

    expect(wordy).toEqual([])
  })

  it('escape everything but the parts they include, the mark of the current page, and times alone or in a sentence with nothing but a number', () => {
    const time = /<%- (time\(|t\('[\w.-]+', \{ (count: [\w.]+, )?(time|since): time\([\w.]+\) \}\))/
    const raw = views.flatMap(({ path, text }) =>
      [...text.matchAll(/<%-(?! include\(|\s*current\()(.*)/g)]
        .filter(([line]) => !time.test(line))
        .map(([line]) => `${path}: ${line}`),
    )

    expect(raw).toEqual([])
  })
})

function tablesIn(folder: string): string[][] {
  return COMPLETE.map((locale) => keysIn(folder, locale))
}

function keysIn(folder: string, locale: string): string[] {
  return keysOf(JSON.parse(read(`${folder}/${locale}.json`).text) as Sentences)
}

function keysNamedIn(code: string): string[] {
  return [
    ...code.matchAll(/(?:\bt\(|message: |addIssue\(|return |: )'([a-z-]+(?:\.[a-z0-9-]+)+)'/g),
  ]
    .map(([, key = '']) => key)
    .filter((key) => !/\.(ts|ejs|json|svg|txt|sid)$/.test(key))
}

// A key may be put together: `notice.${notice}` shows every sentence below "notice".
function keysNotShownIn(code: string, tables: string[][]): string[] {
  const patterns = [...code.matchAll(/`([^`]*\$\{[^`]*)`/g)]
    .map(([, template = '']) =>
      template.replace(/[.*+?^()|[\]\\]/g, '\\$&').replace(/\$\{[^}]*\}/g, '[^ ]+'),
    )
    .map((pattern) => new RegExp(`^${pattern}$`))
  const isShown = (key: string) =>
    code.includes(`'${key}'`) || patterns.some((pattern) => pattern.test(key))
  return [...new Set(tables.flat().map(withoutPlural))].filter((key) => !isShown(key))
}

function keysOf(table: Sentences, prefix = ''): string[] {
  return Object.entries(table).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  )
}

function withoutPlural(key: string): string {
  return key.replace(/_(zero|one|two|few|many|other)$/, '')
}

function sentencesIn(sentences: Sentences): string[] {
  return Object.values(sentences).flatMap((one) =>
    typeof one === 'string' ? [one] : sentencesIn(one),
  )
}
