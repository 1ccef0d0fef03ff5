// A site that an operator has closed: 503 in its own look, with a way in for whoever works on it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { environmentOf, run } from '../../cli/command.ts'
import { openSite, type Site } from '../../helper.ts'
import { page } from '../../visitor.ts'

let site: Site
let now = Date.now() // one clock for all of these tests
beforeAll(async () => {
  site = await openSite()
})
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now })
})
afterEach(async () => {
  await sesame('up')
  twoSecondsLater()
  vi.useRealTimers()
})
afterAll(() => site.close())

const sesame = (...words: string[]) => run(words, environmentOf(site))
const twoSecondsLater = () => vi.setSystemTime((now += 2000))
const close = async (...words: string[]) => {
  await sesame('down', ...words)
  twoSecondsLater()
}

describe('sesame down', () => {
  it('makes every page 503 with Retry-After, for members too, and loses no session', async () => {
    const member = site.visitor()
    const { username = '' } = await member.becomeMember()
    const _csrf = await member.token('/home')

    await close('--retry', '900')
    const answers = [
      await member.get('/account'),
      await site.visitor().get('/login'),
      await member.post('/logout', { _csrf }),
    ]

    for (const { status, headers, text } of answers) {
      expect([status, headers['retry-after'], headers['cache-control']]).toEqual([
        503,
        '900',
        'no-store',
      ])
      expect(text).not.toContain(username)
    }
    await sesame('up')
    twoSecondsLater()
    expect((await member.get('/account')).text).toContain(username)
  })

  it('speaks the visitor’s language, or says the operator’s own sentence, in JSON too', async () => {
    await close()
    const chinese = page(await site.visitor().get('/home', { 'Accept-Language': 'zh-CN' }))
    await close('--message', 'Back at <noon> (UTC).')
    const own = page(await site.visitor().get('/home'))
    const json = await site.visitor().get('/home', { Accept: 'application/json' })

    expect(chinese.querySelector('h1')?.text).toBe('正在维护')
    expect(own.querySelector('main h1 + p')?.innerHTML).toBe('Back at &lt;noon&gt; (UTC).')
    expect([json.status, json.body]).toEqual([
      503,
      expect.objectContaining({
        type: 'urn:sesame:problem:maintenance',
        detail: 'Back at <noon> (UTC).',
      }),
    ])
  })

  it('leaves the files and the health of the process alone', async () => {
    await close()

    const statuses = ['/css/site.css', '/healthz', '/readyz'].map(async (path) => {
      return (await site.visitor().get(path)).status
    })

    expect(await Promise.all(statuses)).toEqual([200, 200, 200])
  })

  it.each([
    ['--retry', '0'],
    ['--retry', 'soon'],
    ['--message', ' '],
  ])('refuses %s %j, naming it, and closes nothing', async (option, value) => {
    const { code, said } = await sesame('down', option, value)
    twoSecondsLater()

    expect([code, said]).toEqual([2, expect.stringContaining(option)])
    expect((await site.visitor().get('/home')).status).toBe(200)
  })
})

describe('sesame up', () => {
  it('says whether the site was closed', async () => {
    await close()

    expect((await sesame('up')).out).toBe('The site is open within two seconds.\n')
    expect((await sesame('up')).out).toBe('The site was open.\n')
  })
})
