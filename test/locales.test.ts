// The sentences of the site: the same keys in both languages, none missing, none forgotten, none outside the two files.
import { describe, expect, it } from 'vitest'
import { LOCALES } from '../config/i18n.ts'
import { filesBelow, read, sources } from './project-files.ts'

type Sentences = { [key: string]: string | Sentences }

const tables = LOCALES.map((locale) =>
  keysOf(JSON.parse(read(`config/locales/${locale}.json`).text) as Sentences),
)
const views = filesBelow(['views'], '.ejs')
const code = [...sources(), ...views].map(({ text }) => text).join('\n')

describe('The locale files', () => {
  it('have the same keys, plural forms apart', () => {
    const [first = [], ...others] = tables.map((keys) => [...new Set(keys.map(withoutPlural))])

    for (const keys of others) expect(keys).toEqual(first)
  })

  it('have a sentence for every key that a view or a model names', () => {
    const known = new Set(tables.flat().map(withoutPlural))
    const named = [
      ...code.matchAll(/(?:\bt\(|message: |addIssue\(|return |: )'([a-z-]+(?:\.[a-z0-9-]+)+)'/g),
    ]
      .map(([, key = '']) => key)
      .filter((key) => !/\.(ts|ejs|json|svg|txt|sid)$/.test(key))

    expect(named.length).toBeGreaterThan(40)
    expect(named.filter((key) => !known.has(key))).toEqual([])
  })

  it('have no sentence that nothing shows', () => {
    // A key may be put together: `notice.${notice}` shows every sentence below "notice".
    const patterns = [...code.matchAll(/`([^`]*\$\{[^`]*)`/g)]
      .map(([, template = '']) =>
        template.replace(/[.*+?^()|[\]\\]/g, '\\$&').replace(/\$\{[^}]*\}/g, '[^ ]+'),
      )
      .map((pattern) => new RegExp(`^${pattern}$`))
    const isShown = (key: string) =>
      code.includes(`'${key}'`) || patterns.some((pattern) => pattern.test(key))

    expect([...new Set(tables.flat().map(withoutPlural))].filter((key) => !isShown(key))).toEqual(
      [],
    )
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

function keysOf(table: Sentences, prefix = ''): string[] {
  return Object.entries(table).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  )
}

function withoutPlural(key: string): string {
  return key.replace(/_(one|other)$/, '')
}
