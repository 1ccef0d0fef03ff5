// Secrets that change, and cookies that are broken: the one is carried over, the others are nobody's.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { close, listen } from '../../../bin/server.ts'
import { translator } from '../../../config/i18n.ts'
import { sessionsOf } from '../../documents.ts'
import { CAPTCHA, openSite, type Site } from '../../helper.ts'
import { cookiesOf, newPerson, page, Visitor } from '../../visitor.ts'

const OLD = 'the old secret for tests which is long enough'
const NEW = 'the new secret for tests which is long enough'
const DAY = 24 * 60 * 60 * 1000

let before: Site
let changing: Site
let after: Site
let server: Server
let address: string
beforeAll(async () => {
  before = await openSite({ SESSION_SECRETS: OLD })
  changing = await openSite({ SESSION_SECRETS: `${NEW},${OLD}` })
  after = await openSite({ SESSION_SECRETS: NEW })
  server = await listen({ ...after.settings, port: 0 }) // with the limits that the site has in earnest
  server.on('request', after.app)
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await close(server)
  await after.close()
})

/** The session cookie of somebody who signed in while the old secret was the only one. */
async function oldCookie(remember = ''): Promise<string> {
  const { username } = newPerson()
  await before.visitor().register({ username })
  const { sid } = cookiesOf(await before.visitor().signIn({ username, remember }))
  return `sid=${sid?.value ?? ''}`
}

describe('GET /account with a cookie that the old secret signed', () => {
  it('is answered, and the cookie comes back signed with the first', async () => {
    const Cookie = await oldCookie()

    const answer = await changing.visitor().get('/account', { Cookie })

    expect(answer.status).toBe(200)
    const { sid } = cookiesOf(answer)
    expect(sid?.flags.sort()).toEqual(['httponly', 'path=/', 'samesite=lax'])
    expect(idIn(sid?.value)).toBe(idIn(Cookie.slice('sid='.length)))
    const anew = { Cookie: `sid=${sid?.value ?? ''}` }
    expect((await after.visitor().get('/account', anew)).status).toBe(200)
    expect(cookiesOf(await changing.visitor().get('/account', anew))).not.toHaveProperty('sid')
  })

  it('stays a cookie that is kept where the visitor asked to be remembered', async () => {
    const Cookie = await oldCookie('on')

    const { sid } = cookiesOf(await changing.visitor().get('/account', { Cookie }))

    const expires = sid?.flags.find((flag) => flag.startsWith('expires='))?.slice('expires='.length)
    expect(Date.parse(expires ?? '')).toBeGreaterThan(Date.now() + 29 * DAY)
  })

  it('clears the cookie at POST /logout as any other', async () => {
    const member = before.visitor()
    await member.becomeMember()
    const visitor = sameBrowser(member, changing)

    const answer = await visitor.fill('/logout', {})

    expect(answer.status).toBe(303)
    expect(visitor.cookie('sid')).toBeUndefined()
  })

  it('is anonymous once the old secret is removed (ASVS 7.2.1)', async () => {
    const Cookie = await oldCookie()

    const answer = await after.visitor().get('/account', { Cookie })

    expect([answer.status, answer.headers.location]).toEqual([303, '/login?next=%2Faccount'])
  })
})

describe('What was sent before the secret was changed', () => {
  it('is still taken: POST /register from a form that was open', async () => {
    const visitor = before.visitor()
    await visitor.get('/captcha')
    const form = { ...newPerson(), captcha: CAPTCHA, _csrf: await visitor.token('/register') }

    const answer = await sameBrowser(visitor, changing).post('/register', form)

    expect(answer.status).toBe(303)
  })

  it('is still taken: POST /logout from a member’s open page', async () => {
    const visitor = before.visitor()
    await visitor.becomeMember()
    const _csrf = await visitor.token('/logout')

    const answer = await sameBrowser(visitor, changing).post('/logout', { _csrf })

    expect(answer.status).toBe(303)
  })

  it('is still shown: the notice for GET /login', async () => {
    const visitor = before.visitor()
    await visitor.get('/account')

    const answer = await sameBrowser(visitor, changing).get('/login')

    expect(page(answer).querySelector('[role=status]')?.text).toBe(
      translator('en')('notice.sign-in-first'),
    )
  })
})

describe('A broken cookie', () => {
  const broken: [string, (good: string) => string][] = [
    ['a lone percent sign', () => 'sid=%'],
    ['percent signs that mean nothing', () => 'sid=s%3A%E0%A4%A.%zz'],
    ['a percent sign at the end of a good one', (good) => `${good}%`],
    ['nothing in it', () => 'sid='],
    ['no equals sign', () => 'sid'],
    ['no signature', (good) => good.replace(/\..*/, '')],
    ['a signature that is cut off', (good) => good.slice(0, -5)],
    ['a changed id', (good) => good.replace(/%3A./, '%3A*')],
    ['a changed signature', (good) => good.replace(/\../, '.*')],
    ['an id alone, not even marked as signed', (good) => `sid=${idIn(good.slice(4))}`],
    ['100 KB', () => `sid=s%3A${'x'.repeat(100 * 1024)}.y`],
    ['100 KB behind a good one', (good) => `${good}${'x'.repeat(100 * 1024)}`],
    ['a duplicate, the broken one first', (good) => `sid=s%3Amade.up; ${good}`],
    ['a duplicate, both broken', () => 'sid=s%3Amade.up; sid=%'],
    ['an object', () => 'sid=j%3A%7B%22%24ne%22%3A1%7D'],
  ]

  it.each(broken)(
    'with %s: an anonymous visitor, no error, no session (ASVS 7.2.1)',
    async (_what, spoil) => {
      const member = after.visitor()
      await member.becomeMember()
      const count = await sessionsOf(after).countDocuments()
      const Cookie = spoil(`sid=${member.cookie('sid') ?? ''}`)

      const account = await new Visitor(address).get('/account', { Cookie })
      const home = await new Visitor(address).get('/home', { Cookie })

      expect([account.status, account.headers.location]).toEqual([303, '/login?next=%2Faccount'])
      expect(home.status).toBe(200)
      expect(home.text).not.toContain('/logout')
      expect(await sessionsOf(after).countDocuments()).toBe(count)
      expect(after.log.filter((line) => line.includes('"level":50'))).toEqual([])
    },
  )

  it('behind a good one changes nothing: the first counts', async () => {
    const member = after.visitor()
    await member.becomeMember()
    const Cookie = `sid=${member.cookie('sid') ?? ''}; sid=s%3Amade.up`

    expect((await new Visitor(address).get('/account', { Cookie })).status).toBe(200)
  })
})

// The same browser, whose site has got other secrets meanwhile.
function sameBrowser(visitor: Visitor, site: Site): Visitor {
  const next = site.visitor()
  Object.assign(next.agent, { jar: visitor.agent.jar })
  return next
}

// The session's id in a cookie's value.
function idIn(value = ''): string {
  return /^s:([^.]+)\./.exec(decodeURIComponent(value))?.[1] ?? 'none'
}
