// Every form that could undo something needs the token of its own visitor.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { usersOf } from '../../documents.ts'
import { CAPTCHA, openSite, validPassword, type Site } from '../../helper.ts'
import { newPerson, page, valueOf, type Fields, type Visitor } from '../../visitor.ts'

type Form = { path: string; by: 'anonymous' | 'member'; fields: () => Fields }
const t = translator('en')
const credentials = { password: validPassword, captcha: CAPTCHA }

let site: Site
let username: string
beforeAll(async () => {
  site = await openSite()
  username = (await site.visitor().becomeMember()).username ?? ''
})
afterAll(() => site.close())

const forms: Form[] = [
  { path: '/register', by: 'anonymous', fields: () => ({ ...newPerson(), captcha: CAPTCHA }) },
  { path: '/login', by: 'anonymous', fields: () => ({ username, ...credentials }) },
  { path: '/logout', by: 'member', fields: () => ({}) },
]

const wrongTokens: [string, (own: string) => Promise<string | undefined>][] = [
  ['no token', () => Promise.resolve(undefined)],
  ['an empty token', () => Promise.resolve('')],
  ['a wrong token', () => Promise.resolve('wrong')],
  ['a token of the right shape', () => Promise.resolve(`${'0'.repeat(64)}.${'0'.repeat(64)}`)],
  ["another visitor's token", () => site.visitor().token()],
  ['a token that was changed', (own) => Promise.resolve(own.replace(/.$/, '~'))],
]

describe('POST /login by a browser that keeps no cookies', () => {
  it('shows the form again and says that cookies are needed', async () => {
    const token = await site.visitor().token()

    const answer = await site.visitor().post('/login', { username, ...credentials, _csrf: token })

    expect(answer.status).toBe(403)
    expect(page(answer).querySelector('.notice')?.text ?? '').toContain(t('notice.no-cookies'))
  })
})

describe.each(forms)('POST $path by an $by', ({ path, by, fields }) => {
  it('is taken with the token of its own visitor', async () => {
    const visitor = await visitorWho(by)

    const answer = await visitor.send(path, fields())

    expect(answer.status).toBe(303)
  })

  it.each(wrongTokens)('is refused with %s (ASVS 3.5.1)', async (_what, tokenFor) => {
    const visitor = await visitorWho(by)
    const token = await tokenFor(await visitor.token('/home'))
    const before = await usersOf(site).countDocuments()

    const answer = await visitor.post(path, {
      ...fields(),
      ...(token === undefined ? {} : { _csrf: token }),
    })

    expect(answer.status).toBe(403)
    expect(page(answer).querySelector('.notice')?.text ?? '').toContain(t('notice.form-stale'))
    expect(await usersOf(site).countDocuments()).toBe(before)
    expect((await visitor.get('/account')).status).toBe(by === 'member' ? 200 : 303)
  })

  it('is refused with a list of tokens', async () => {
    const visitor = await visitorWho(by)
    const token = await visitor.token('/home')
    const form = new URLSearchParams([
      ...Object.entries(fields()),
      ['_csrf', token],
      ['_csrf', token],
    ])

    const answer = await visitor.post(path, form.toString())

    expect(answer.status).toBe(403)
  })

  it('is refused with the token in the address', async () => {
    const visitor = await visitorWho(by)
    const token = await visitor.token('/home')

    const answer = await visitor.post(`${path}?_csrf=${token}`, fields())

    expect(answer.status).toBe(403)
  })

  it('is refused with a token whose cookie is missing', async () => {
    const visitor = await visitorWho(by)
    const token = await visitor.token('/home')
    const Cookie = `sid=${visitor.cookie('sid') ?? ''}`

    const answer = await site.visitor().post(path, { ...fields(), _csrf: token }, { Cookie })

    expect(answer.status).toBe(403)
  })

  it('is refused with a token and a cookie that a visitor made up alike', async () => {
    const visitor = await visitorWho(by)
    const made = `${'0'.repeat(64)}.${'0'.repeat(64)}`
    const Cookie = `csrf=${made}; sid=${visitor.cookie('sid') ?? ''}`

    const answer = await site.visitor().post(path, { ...fields(), _csrf: made }, { Cookie })

    expect(answer.status).toBe(403)
  })
})

describe('A form that has gone stale', () => {
  const FROM_HERE = { 'Sec-Fetch-Site': 'same-origin' }

  it('comes back filled in, without the password, and with a token that counts', async () => {
    const visitor = site.visitor()
    const fields = { username: 'somebody', password: validPassword, next: '/home' }

    const answer = await visitor.post('/login', { ...fields, _csrf: 'old' }, FROM_HERE)

    expect(answer.status).toBe(403)
    expect(valueOf(answer, 'username')).toBe('somebody')
    expect(valueOf(answer, 'next')).toBe('/home')
    expect(answer.text).not.toContain(validPassword)
    const again = { ...fields, _csrf: valueOf(answer, '_csrf') ?? '' }
    expect((await visitor.post('/login', again, FROM_HERE)).status).toBe(422) // for the captcha
  })

  it('of a member comes back after a sign-in in another tab', async () => {
    const visitor = site.visitor()
    await visitor.becomeMember()
    const _csrf = await visitor.token('/account/username')
    await visitor.becomeMember()
    const fields = { username: 'new-name', current: validPassword, _csrf }

    const answer = await visitor.post('/account/username', fields, FROM_HERE)

    expect(answer.status).toBe(403)
    expect(valueOf(answer, 'username')).toBe('new-name')
    expect(valueOf(answer, '_csrf')).not.toBe(_csrf)
    expect(answer.text).not.toContain(validPassword)
  })

  it('is not filled in where the browser does not say that it comes from here', async () => {
    const answer = await site.visitor().post('/login', { username: 'somebody', _csrf: 'old' })

    expect(valueOf(answer, 'username')).toBe('')
  })

  it('is no page in JSON, and none for another site', async () => {
    const headers = { Accept: 'application/json' }
    const foreign = { 'Sec-Fetch-Site': 'cross-site' }

    const inJson = await site.visitor().post('/login', { username: 'somebody' }, headers)
    const cross = await site.visitor().post('/login', { username: 'somebody' }, foreign)

    expect([inJson.status, inJson.type]).toEqual([403, 'application/problem+json'])
    expect([cross.status, cross.text.includes('somebody')]).toEqual([403, false])
  })
})

async function visitorWho(by: Form['by']): Promise<Visitor> {
  const visitor = site.visitor()
  if (by === 'member') {
    await visitor.signIn({ username })
  } else {
    await visitor.get('/captcha')
  }
  return visitor
}
