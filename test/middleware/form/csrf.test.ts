// Every form that could undo something needs the token of its own visitor.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { usersOf } from '../../documents.ts'
import { CAPTCHA, openSite, validPassword, type Site } from '../../helper.ts'
import { newPerson, page, type Fields, type Visitor } from '../../visitor.ts'

type Form = { path: string; by: 'anonymous' | 'member'; fields: () => Fields }
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
    expect(page(answer).querySelector('h1')?.text).toBe(translator('en')('error.403.title'))
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

async function visitorWho(by: Form['by']): Promise<Visitor> {
  const visitor = site.visitor()
  if (by === 'member') {
    await visitor.signIn({ username })
  } else {
    await visitor.get('/captcha')
  }
  return visitor
}
