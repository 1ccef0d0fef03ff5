// Everything that is kept about a person, as a file: complete, without a hash, and for nobody else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { usersOf } from '../../documents.ts'
import { openSite, uniqueUsername, validPassword, type Site } from '../../helper.ts'

const PATH = '/account/export'

type Export = {
  account: { username: string; email: string }
  sessions: { address: string; agent: string }[]
  events: { event: string }[]
  signInsPerDay: { day: string; done: number }[]
  failedSignInsSinceLast: { count: number } | null
  reservedNames: { name: string }[]
}

let site: Site
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on' })
})
afterAll(() => site.close())

describe(`GET ${PATH}`, () => {
  it('answers everything that is kept, as one file of JSON that no cache keeps', async () => {
    const visitor = site.visitor()
    const { username: before = '', email = '' } = await visitor.registerAndSignIn()
    const username = uniqueUsername()
    await visitor.fill('/account/username', { username, current: validPassword })
    await site.visitor().signIn({ username }, { 'User-Agent': 'A phone' })
    await site.visitor().signIn({ username, password: 'wrong' })

    const answer = await visitor.get(PATH)

    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment; filename=sesame-account.json',
      'cache-control': 'no-store',
    })
    const kept = JSON.parse(answer.text) as Export
    expect(kept.account).toMatchObject({ username, email })
    expect(kept.sessions.map(({ agent }) => agent)).toContain('A phone')
    expect(kept.events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['registered', 'sign-in', 'username-changed', 'sign-in-failed']),
    )
    expect(kept.signInsPerDay.at(-1)).toMatchObject({ done: 2 })
    expect(kept.failedSignInsSinceLast).toMatchObject({ count: 1 })
    expect(kept.reservedNames).toMatchObject([{ name: before }])
  })

  it('holds no hash and no id that a cookie or a link could carry (ASVS 14.2.6)', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.registerAndSignIn()

    const { text } = await visitor.get(PATH)

    const user = await usersOf(site).findOne({ username })
    const session = await site.database
      .collection('sessions')
      .findOne({ owner: user?._id.toString() })
    expect(text).not.toMatch(/argon2|[0-9a-f]{32}/)
    expect(text).not.toContain(String(session?._id))
    expect(text).not.toContain(decodeURIComponent(visitor.cookie('sid') ?? '').slice(2, 20))
  })

  it('leads who is not signed in to the sign-in page', async () => {
    const { status, headers } = await site.visitor().get(PATH)

    expect([status, headers.location]).toEqual([303, '/login?next=%2Faccount%2Fexport'])
  })
})
