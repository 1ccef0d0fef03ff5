// A language is a file: found by its name, helped out by English where it lacks a sentence, and never the end of a page.
import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withSession } from '../../routes/index.ts'
import { page, Visitor } from '../visitor.ts'
import { copyOfSite } from './copy.ts'
import { openSite } from './process.ts'

const run = promisify(execFile)

// Beside the site's own languages.
const FILES = {
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
}
const BROKEN = { 'de.json': '{ "login": ', 'no such_tag.json': '{}' }

let folder: string
let site: Awaited<ReturnType<typeof openSite>>
let end: () => Promise<void>
beforeAll(async () => {
  folder = await copyOfSite()
  const locales = join(folder, 'config', 'locales')
  for (const [name, sentences] of Object.entries(FILES)) {
    await writeFile(join(locales, name), JSON.stringify(sentences))
  }
  for (const [name, text] of Object.entries(BROKEN)) await writeFile(join(locales, name), text)
  const environment = { DATA_DIR: join(folder, '.data'), THROTTLE: 'off' }
  site = await openSite(environment, (stop) => (end = stop), folder)
})
afterAll(async () => {
  await end()
  await rm(folder, { recursive: true })
})

const visitor = () => new Visitor(site.address)

describe('A file in config/locales', () => {
  it('is a language, and the pages offer it by its own name', async () => {
    const home = page(await visitor().get('/home'))

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
    const { headers } = await visitor().get('/home', { 'Accept-Language': asked })

    expect(headers['content-language']).toBe(locale)
  })

  it('is helped out by English, sentence by sentence, each marked as English (WCAG 3.1.2)', async () => {
    const answer = await visitor().get('/login', { 'Accept-Language': 'fr' })
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

  it('has the plural forms of its language', async () => {
    const script = `
      const { formatWait, translator } = await import('./dist/config/i18n.js')
      const say = (locale, minutes) => formatWait(translator(locale), minutes * 60)
      console.log(JSON.stringify([say('pl', 3), say('pl', 5), say('sv', 1)]))`

    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
    })

    expect(JSON.parse(stdout)).toEqual(['3 minuty', '5 minut', '1 minute'])
  })

  it('is no error on any page, whatever it holds, the error page least of all', async () => {
    const paths = withSession.flatMap(([path, , { show }]) =>
      show && path !== '/captcha' ? [path.replace(/:\w+/, 'x')] : [],
    )
    const [guest, member] = [visitor(), visitor()]
    await member.registerAndSignIn()
    for (const locale of ['de', 'fr', 'it', 'sv']) {
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
    const told = site.said()

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
