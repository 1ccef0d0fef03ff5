// The list of places where a person is signed in, and the buttons that end them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { MAX_SESSIONS } from '../../../models/session.ts'
import { sessionKey, sessionsOf, usersOf } from '../../documents.ts'
import { openSite, type Site } from '../../helper.ts'
import { signedCookie } from '../../member.ts'
import { page, type Visitor } from '../../visitor.ts'

const PATH = '/account/sessions'
const t = translator('en')
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

/** One person, signed in at a desk and on a phone. */
async function twoPlaces(): Promise<{ desk: Visitor; phone: Visitor; username: string }> {
  const desk = site.visitor()
  const { username = '' } = await desk.becomeMember()
  const phone = site.visitor()
  await phone.signIn({ username }, { 'User-Agent': PHONE })
  return { desk, phone, username }
}

const placesOf = async (visitor: Visitor) =>
  page(await visitor.get(PATH)).querySelectorAll('.places > li')
const press = async (visitor: Visitor, end: string) =>
  visitor.post(PATH, { _csrf: await visitor.token(PATH), end })
const isSignedIn = async (visitor: Visitor) => (await visitor.get('/account')).status === 200

describe(`GET ${PATH}`, () => {
  it('lists every place with device, address and times, and marks this one (ASVS 7.5.2)', async () => {
    const { desk } = await twoPlaces()

    const places = await placesOf(desk)

    expect(places).toHaveLength(2)
    expect(places[0]?.text).toContain('Safari 18 on iOS')
    expect(places[0]?.querySelectorAll('time')).toHaveLength(2)
    expect(places[0]?.querySelector('dd')?.text).toMatch(/127\.0\.0\.1|::1/)
    expect(places.map((one) => one.querySelector('mark')?.text)).toEqual([
      undefined,
      t('account.sessions.this-one'),
    ])
  })

  it('offers to end all others above the list, where there are others', async () => {
    const { desk } = await twoPlaces()
    const alone = site.visitor()
    await alone.becomeMember()
    const buttons = async (visitor: Visitor) =>
      page(await visitor.get(PATH))
        .querySelectorAll('main button')
        .map((button) => button.text)

    const end = t('account.sessions.end')
    const signOut = t('logout.submit')
    expect(await buttons(desk)).toEqual([t('account.sessions.end-others'), end, signOut])
    expect(await buttons(alone)).toEqual([signOut])
  })

  it('shows nobody else’s places, and no session id', async () => {
    const { desk } = await twoPlaces()
    const stranger = site.visitor()
    await stranger.becomeMember()

    expect(await placesOf(stranger)).toHaveLength(1)
    const [, id = ''] = /^s:([^.]+)\./.exec(decodeURIComponent(desk.cookie('sid') ?? '')) ?? []
    expect((await desk.get(PATH)).text).not.toContain(id)
  })

  it('shows a made-up device name as text', async () => {
    const desk = site.visitor()
    const { username = '' } = await desk.becomeMember()
    await site.visitor().signIn({ username }, { 'User-Agent': '<script>alert(1)</script>' })

    const { text } = await desk.get(PATH)

    expect(text).not.toContain('<script>alert')
    expect(text).toContain(t('account.sessions.unknown-device'))
  })
})

describe(`POST ${PATH}`, () => {
  it('ends the session that is named, at its next request, and leaves this one', async () => {
    const { desk, phone } = await twoPlaces()

    const answer = await press(desk, sessionKey(phone))

    expect([answer.status, answer.headers.location]).toEqual([303, PATH])
    expect(await isSignedIn(phone)).toBe(false)
    expect(await isSignedIn(desk)).toBe(true)
    expect(await placesOf(desk)).toHaveLength(1)
  })

  it('tells the one whose session was ended why', async () => {
    const { desk, phone } = await twoPlaces()
    await press(desk, sessionKey(phone))

    await phone.get('/account')

    const [notice] = page(await phone.get('/login')).querySelectorAll('[role=status]')
    expect(notice?.text).toBe(t('notice.ended-elsewhere'))
  })

  it('keeps nothing of an ended session but why it ended', async () => {
    const { desk, phone, username } = await twoPlaces()

    await press(desk, sessionKey(phone))

    const left = await sessionsOf(site).findOne({ _id: sessionKey(phone) })
    expect(JSON.stringify(left)).not.toContain(username)
  })

  it('ends all others', async () => {
    const { desk, phone, username } = await twoPlaces()
    const third = site.visitor()
    await third.signIn({ username })

    await press(desk, 'others')

    expect(await Promise.all([desk, phone, third].map(isSignedIn))).toEqual([true, false, false])
  })

  it('signs out where this very session is named', async () => {
    const { desk, phone } = await twoPlaces()

    const answer = await press(desk, sessionKey(desk))

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(await Promise.all([desk, phone].map(isSignedIn))).toEqual([false, true])
  })

  it('ends nothing of somebody else (ASVS 8.2.2)', async () => {
    const { desk } = await twoPlaces()
    const stranger = site.visitor()
    await stranger.becomeMember()

    const answer = await press(stranger, sessionKey(desk))

    expect(answer.status).toBe(303)
    expect(await isSignedIn(desk)).toBe(true)
  })

  it.each(['', 'nobody', '{"$ne":null}'])('answers 422 for %j', async (end) => {
    const { desk } = await twoPlaces()

    expect((await press(desk, end)).status).toBe(422)
  })
})

describe('POST /login', () => {
  it('ends the oldest of more than fifty sessions of one person (ASVS 7.1.2)', async () => {
    const first = site.visitor()
    const { username = '' } = await first.becomeMember()
    const user = await usersOf(site).findOne({ username })
    const id = user?._id.toString() ?? ''
    for (let turn = 0; turn < MAX_SESSIONS - 1; turn++) {
      await signedCookie(site.app, { id, username, email: '' })
    }
    expect(await isSignedIn(first)).toBe(true)

    await site.visitor().signIn({ username })

    expect(await isSignedIn(first)).toBe(false)
  })
})
