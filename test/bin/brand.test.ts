// A site of another name: with the one file config/site.ts changed, nothing that its visitors or its operator see has the old name.
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lessons } from '../../lessons/index.ts'
import { withoutSession, withSession } from '../../routes/index.ts'
import { errorsOf, page, Visitor } from '../visitor.ts'
import { copyOfSite } from './copy.ts'
import { openSite } from './process.ts'

const run = promisify(execFile)

// The type of a problem document is a name that scripts compare: it stays.
const OLD = /(?<!urn:)sesame|芝麻/i

const BRAND = {
  name: { en: 'Beacon & Co', 'zh-CN': '灯塔' },
  shortName: 'Beacon',
  welcome: { en: 'Come in', 'zh-CN': '请进' },
  footer: { en: 'Light for everybody.', 'zh-CN': '照亮每个人。' },
  signature: { en: 'Your keepers', 'zh-CN': '守塔人' },
  links: [{ address: 'https://beacon.example/terms', text: { en: 'Terms', 'zh-CN': '条款' } }],
  colours: {
    light: { page: '#fffaf0', accent: '#8a3b00', button: '#8a3b00' },
    dark: { page: '#1a1208', accent: '#ffb070', button: '#8a3b00' },
  },
}

let folder: string
let site: Awaited<ReturnType<typeof openSite>>
let end: () => Promise<void>
beforeAll(async () => {
  folder = await copyOfSite()
  const file = join(folder, 'dist', 'config', 'site.js')
  const built = await readFile(file, 'utf8')
  const changed = built.replace(/brand = \{[^]*?\n\};/, `brand = ${JSON.stringify(BRAND)};`)
  expect(changed).not.toBe(built)
  await writeFile(file, changed)
  await run(process.execPath, [join('dist', 'bin', 'build', 'public.js')], { cwd: folder })
  const environment = { DATA_DIR: join(folder, '.data'), THROTTLE: 'off', LESSONS: 'on' }
  site = await openSite(environment, (stop) => (end = stop), folder)
})
afterAll(async () => {
  await end()
  await rm(folder, { recursive: true })
})

const visitor = () => new Visitor(site.address)

describe('With another name in config/site.ts', () => {
  it('no page, file and mail has the old name', async () => {
    const [guest, member] = [visitor(), visitor()]
    await member.registerAndSignIn()
    const pages = [...withoutSession, ...withSession].map(([path]) => path.replace(/:\w+/, 'x'))
    const paths = [
      ...pages.filter((path) => path !== '/captcha'),
      ...lessons.map(({ name }) => `/lessons/${name}`),
      ...['/nowhere', '/site.webmanifest', '/css/colours.css', '/css/site.css', '/js/site.js'],
      ...['/img/logo.svg', '/robots.txt'],
    ]
    for (const [locale, who] of [
      ['en', guest],
      ['en', member],
      ['zh-CN', member],
    ] as const) {
      const headers = { 'Accept-Language': locale }
      for (const path of paths) {
        const answer = await who.get(path, headers)
        const told = `${answer.text}\n${JSON.stringify([answer.body, answer.headers])}`
        expect([locale, path, OLD.exec(told)?.[0]]).toEqual([locale, path, undefined])
      }
    }
    await member.fill('/account/two-factor', {})
    const ofApp = page(await member.get('/account/two-factor')).querySelector('[href^="otpauth:"]')
    expect(ofApp?.getAttribute('href')).toContain('issuer=Beacon')
    const mail = page(await guest.get('/dev/mail')).querySelector('.letter')?.text
    expect(mail).toContain('Beacon & Co')
    expect(mail).toContain('Your keepers')
  })

  it('pages show the new one, its colours and its links', async () => {
    const home = page(await visitor().get('/home', { 'Accept-Language': 'zh-CN' }))
    const colours = await visitor().get('/css/colours.css')
    const manifest = await visitor().get('/site.webmanifest')

    expect(home.querySelector('title')?.text).toContain('灯塔')
    expect(home.querySelector('h1')?.text).toBe('请进')
    expect(home.querySelector('footer a')?.toString()).toContain('>条款</a>')
    expect(home.querySelector('meta[name=theme-color]')?.getAttribute('content')).toBe('#fffaf0')
    expect(colours.text).toContain('--accent:#ffb070')
    expect(manifest.body).toMatchObject({
      name: 'Beacon & Co',
      theme_color: '#8a3b00',
    })
  })

  it('its words are too easy for a password, and no username', async () => {
    const answers = [
      await visitor().register({ password: 'BeaconBeacon' }),
      await visitor().register({ username: 'beacon' }),
      await visitor().register({ username: '灯塔' }),
    ]

    expect(answers.map((answer) => Object.keys(errorsOf(answer)))).toEqual([
      ['password'],
      ['username'],
      ['username'],
    ])
  })

  it('the log has it, too', () => {
    expect(site.said()).toContain('Beacon is open: http')
    expect(site.said().replaceAll(/sesame\.js/g, '')).not.toMatch(OLD)
  })
})
