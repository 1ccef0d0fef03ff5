// The sentences of the site and those that lessons bring: the same keys in both languages, none missing, none forgotten, none outside the files.
import { describe, expect, it } from 'vitest'
import { LOCALES } from '../config/i18n.ts'
import { filesBelow, read, sources, type ProjectFile } from './project-files.ts'

type Sentences = { [key: string]: string | Sentences }

const views = filesBelow(['views'], '.ejs')
const files = [...sources(), ...views]
const isOfLessons = ({ path }: ProjectFile) => /^(views\/)?lessons\//.test(path)
const textOf = (some: ProjectFile[]) => some.map(({ text }) => text).join('\n')
const all = textOf(files)

// A site without lessons has no sentence that only they show, and needs none that they bring.
const site = {
  tables: tablesIn('config/locales'),
  code: textOf(files.filter((file) => !isOfLessons(file))),
}
const wing = { tables: tablesIn('lessons/locales'), code: textOf(files.filter(isOfLessons)) }

describe('The locale files', () => {
  it('have the same keys, plural forms apart', () => {
    for (const { tables } of [site, wing]) {
      const [first = [], ...others] = tables.map((keys) => [...new Set(keys.map(withoutPlural))])

      for (const keys of others) expect(keys).toEqual(first)
    }
  })

  it('have a sentence for every key that a view or a model names', () => {
    const ofSite = new Set(site.tables.flat().map(withoutPlural))
    const ofBoth = new Set([...ofSite, ...wing.tables.flat().map(withoutPlural)])

    expect(keysNamedIn(site.code).length).toBeGreaterThan(40)
    expect(keysNamedIn(site.code).filter((key) => !ofSite.has(key))).toEqual([])
    expect(keysNamedIn(wing.code).filter((key) => !ofBoth.has(key))).toEqual([])
  })

  it('have no sentence that nothing shows', () => {
    expect(keysNotShownIn(site.code, site.tables)).toEqual([])
    expect(keysNotShownIn(all, wing.tables)).toEqual([])
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

  it('escape everything but the parts they include and the mark of the current page', () => {
    const raw = views.flatMap(({ path, text }) =>
      [...text.matchAll(/<%-(?! include\(|\s*current\()(.*)/g)].map(([line]) => `${path}: ${line}`),
    )

    expect(raw).toEqual([])
  })
})

// Without the comments of sources: these are English, and test/lessons/index.test.ts looks after the others.
function tablesIn(folder: string): string[][] {
  return LOCALES.map((locale) => {
    const { comments: _, ...sentences } = JSON.parse(
      read(`${folder}/${locale}.json`).text,
    ) as Sentences
    return keysOf(sentences)
  })
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
  return key.replace(/_(one|other)$/, '')
}

function sentencesIn(sentences: Sentences): string[] {
  return Object.values(sentences).flatMap((one) =>
    typeof one === 'string' ? [one] : sentencesIn(one),
  )
}
