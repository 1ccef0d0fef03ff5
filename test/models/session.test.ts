// What a change of an account does to its sessions: a new name is seen in all at once, a new password ends all but one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { MINUTE } from '../../config/time.ts'
import { SessionStore } from '../../lib/session/store.ts'
import { endOtherSessions, findUserSessions, renameInSessions } from '../../models/session.ts'
import { changeSession, sessionKey, sessionOf, sessionsOf, usersOf } from '../documents.ts'
import { openSite, type Site } from '../helper.ts'
import { page, type Visitor } from '../visitor.ts'

let site: Site
let store: SessionStore
beforeAll(async () => {
  site = await openSite()
  // As another process of the site would have it.
  store = new SessionStore({
    client: site.database.getClient(),
    databaseName: site.database.name,
    idle: 30 * MINUTE,
    ownerOf: ({ userId }) => userId,
    endOf: ({ endsAt }) => endsAt,
  })
})
afterAll(() => site.close())

/** Somebody who is signed in with two browsers, and the ids that the site knows them by. */
async function twoPlaces() {
  const desk = site.visitor()
  const { username = '', email = '' } = await desk.becomeMember()
  const phone = site.visitor()
  await phone.signIn({ username })
  const user = await usersOf(site).findOne({ username })
  return { desk, phone, username, email, userId: user?._id.toString() ?? '' }
}

const nameOf = async (visitor: Visitor) =>
  page(await visitor.get('/home')).querySelector('h1')?.text
const idOf = (visitor: Visitor) =>
  /^s:([^.]+)\./.exec(decodeURIComponent(visitor.cookie('sid') ?? ''))?.[1] ?? ''

describe('renameInSessions()', () => {
  it('shows a new name in all sessions of this person at their next request, and in nobody else’s', async () => {
    const { desk, phone, userId } = await twoPlaces()
    const stranger = await twoPlaces()

    await renameInSessions(store, userId, { username: 'Alicia', email: 'alicia@example.com' })

    expect(await nameOf(desk)).toBe('Hello Alicia')
    expect(await nameOf(phone)).toBe('Hello Alicia')
    expect(await nameOf(stranger.desk)).toBe(`Hello ${stranger.username}`)
    const kept = await sessionOf(site, phone)
    expect(kept?.session).toMatchObject({ username: 'Alicia', email: 'alicia@example.com', userId })
  })

  it('prolongs no session and brings none back that is over', async () => {
    const { desk, phone, userId } = await twoPlaces()
    const expires = new Date(Date.now() + MINUTE)
    await changeSession(site, desk, { expires })
    await phone.fill('/logout', {})

    await renameInSessions(store, userId, { username: 'Alicia' })

    expect((await sessionOf(site, desk))?.expires).toEqual(expires)
    expect(await sessionsOf(site).countDocuments({ owner: userId })).toBe(1)
  })
})

describe('endOtherSessions() for a new password', () => {
  it('ends all but this one, and tells the others why (ASVS 7.4.3)', async () => {
    const { desk, phone, userId } = await twoPlaces()

    const count = await endOtherSessions(store, userId, idOf(desk), 'password')

    expect(count).toBe(1)
    expect((await desk.get('/account')).status).toBe(200)
    expect((await phone.get('/account')).headers.location).toBe('/login?next=%2Faccount')
    const [notice] = page(await phone.get('/login')).querySelectorAll('[role=status]')
    expect(notice?.text).toBe(translator('en')('notice.ended-password'))
  })

  it('leaves no place but this one', async () => {
    const { desk, userId } = await twoPlaces()

    await endOtherSessions(store, userId, idOf(desk), 'password')

    const places = await findUserSessions(store, userId, idOf(desk))
    expect(places.map(({ id, isThisOne }) => [id, isThisOne])).toEqual([[sessionKey(desk), true]])
  })
})

describe('A session that ended for its latest time', () => {
  it('is told apart from an idle one', async () => {
    const { desk } = await twoPlaces()
    const past = new Date(Date.now() - 1)
    await changeSession(site, desk, { expires: past, endsAt: past })

    await desk.get('/account')

    const [notice] = page(await desk.get('/login')).querySelectorAll('[role=status]')
    expect(notice?.text).toBe(translator('en')('notice.ended-absolute'))
  })
})
