// A language is a file: found by its name, helped out by English where it lacks a sentence, and never the end of a page.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { withSession } from '../../routes/index.ts'
import { openSite, type Site } from '../helper.ts'
import { page } from '../visitor.ts'

// Beside the site's own languages.
const languages = vi.hoisted(() => ({
  folder: '',
  files: {
    'fr.json': { login: { title: 'Se connecter', submit: 'Entrer' } },
    'pl.json': { wait: { minutes_few: '{{count}} minuty', minutes_many: '{{count}} minut' } },
    'sv.json': {
      site: 'no group',
      error: ['a', 'list'],
      login: { title: { deeper: 'x' }, submit: 7, username: null },
      home: { title: '{{', welcome: '$t(home.welcome) {{name' },
      question: { numbers: 'ett', months: 'januari', comma: '' },
    },
    'it.json': [],
    'pt-BR.json': {},
  },
  broken: { 'de.json': '{ "login": ', 'no such_tag.json': '{}' },
}))
vi.mock('../../config/paths.ts', async (original) => {
  const paths = await original<typeof import('../../config/paths.ts')>()
  languages.folder = mkdtempSync(join(tmpdir(), 'sesame-locales-'))
  cpSync(paths.localesDir, languages.folder, { recursive: true })
  for (const [name, sentences] of Object.entries(languages.files)) {
    writeFileSync(join(languages.folder, name), JSON.stringify(sentences))
  }
  for (const [name, text] of Object.entries(languages.broken))
    writeFileSync(join(languages.folder, name), text)
  return { ...paths, localesDir: languages.folder }
})

const { formatWait, localeProblems, LOCALES, translator } = await import('../../config/i18n.ts')

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'on' })
})
afterAll(async () => {
  await site.close()
  rmSync(languages.folder, { recursive: true })
})

describe('A file in config/locales', () => {
  it('is a language, and the pages offer it by its own name', async () => {
    const home = page(await site.visitor().get('/home'))

    expect([...LOCALES].sort()).toEqual(['de', 'en', 'fr', 'it', 'pl', 'pt-BR', 'sv', 'zh-CN'])
    const names = home.querySelectorAll('.languages button').map(({ text }) => text.trim())
    expect(names).toEqual(expect.arrayContaining(['English', '中文', 'français', 'português']))
  })

  it.each([
    ['fr-CA, en;q=0.5', 'fr'],
    ['pt', 'pt-BR'],
    ['ja, zh-TW;q=0.8, fr;q=0.3', 'zh-CN'],
    ['ja', 'en'],
    ['*', 'en'],
    ['fr;q=0, de', 'de'],
  ])('answers %s in %s', async (asked, locale) => {
    const { headers } = await site.visitor().get('/home', { 'Accept-Language': asked })

    expect(headers['content-language']).toBe(locale)
  })

  it('is helped out by English, sentence by sentence, each marked as English (WCAG 3.1.2)', async () => {
    const answer = await site.visitor().get('/login', { 'Accept-Language': 'fr' })
    const login = page(answer)

    expect(login.querySelector('html')?.getAttribute('lang')).toBe('fr')
    expect(login.querySelector('h1')?.toString()).toBe('<h1>Se connecter</h1>')
    expect(login.querySelector('label[for=username]')?.innerHTML).toContain(
      '<span lang="en">Username or email</span>',
    )
    expect(login.querySelector('title')?.innerHTML).not.toContain('<')
    expect(login.querySelector('footer form')?.getAttribute('aria-label')).toBe('Language')
    expect(answer.text).not.toMatch(/[\u{E000}\u{E001}]/u)
  })

  it('has the plural forms of its language', () => {
    const t = translator('pl')

    expect([3, 5].map((count) => formatWait(t, count * 60))).toEqual(['3 minuty', '5 minut'])
    expect(formatWait(translator('sv'), 60)).toBe('1 minute')
  })

  it('is no error on any page, whatever it holds, the error page least of all', async () => {
    const paths = withSession.flatMap(([path, , { show }]) =>
      show && path !== '/captcha' ? [path.replace(/:\w+/, 'x')] : [],
    )
    const [guest, member] = [site.visitor(), site.visitor()]
    await member.becomeMember()
    for (const locale of LOCALES) {
      const headers = { 'Accept-Language': locale }
      for (const path of [...paths, '/nowhere', '/login?captcha=words']) {
        const answers = [await guest.get(path, headers), await member.get(path, headers)]
        const isError = answers.some(({ status }) => status >= 500)
        expect([locale, path, isError]).toEqual([locale, path, false])
      }
      expect((await guest.send('/login', { username: 'x' }, headers)).status).toBe(422)
    }
  })

  it('is told of at the start where the site can not use it', () => {
    const told = localeProblems.join('\n')

    for (const place of [
      'de.json: ',
      'no such_tag.json: ',
      'sv.json: site',
      'sv.json: login.submit',
      'it.json: ',
    ])
      expect(told).toContain(place)
    expect(told).not.toMatch(/(en|fr|pl|zh-CN|pt-BR)\.json/)
  })
})
