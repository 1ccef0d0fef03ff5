// A replica set that loses its primary while people use the site: what was answered holds, and nobody waits for an election.
import type { Response } from 'supertest'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { serverWrites } from '../config/database.ts'
import { connectMongodb } from '../lib/mongodb.ts'
import { buildIndexes } from '../models/database/indexes.ts'
import { WRITES } from './cut-off.ts'
import { openSite, validPassword, type Site } from './helper.ts'
import { openReplicaSet, type Manner } from './replica-set.ts'

const TIMEOUT = { timeout: 60_000, interval: 50 } // for a busy machine
const NEW_PASSWORD = 'another lantern in the cave'

let set: Awaited<ReturnType<typeof openReplicaSet>>
let site: Site
beforeAll(async () => {
  set = await openReplicaSet(inject('mongoUrl'))
  await connectMongodb(set.urlOf(`test-replica-set-${process.pid}`)) // as the site does with MONGO_URL
  await buildIndexes()
  site = await openSite({ CAPTCHA: 'off' })
})
afterAll(async () => {
  await site.close()
  await set.close()
})

describe('A visit, whatever MONGO_URL says', () => {
  it('asks the primary alone: no other member knows of every sign-out (ASVS 7.4.1)', async () => {
    const visitor = site.visitor()
    await visitor.registerAndSignIn()
    await visitor.get('/account/sessions')
    await visitor.fill('/logout', {})
    await site.mails()

    const concerns = set.received.flatMap(({ command }) => (command.readConcern ?? []) as object)
    expect(concerns.length).toBeGreaterThan(10)
    expect(concerns).toEqual(concerns.map(() => ({ level: 'local' })))
    expect(set.received.filter(({ member }) => member !== 0)).toEqual([])
  })

  it('is kept in the journals of most members', () => {
    const writes = set.received.filter(({ name }) => WRITES.includes(name))

    expect(writes.length).toBeGreaterThan(20)
    for (const { command } of writes) expect(command.writeConcern).toEqual(serverWrites)
  })
})

describe('While people sign out and change their passwords, a primary', () => {
  const signedOut: string[] = [] // the cookies of those who were answered
  const changed: string[] = [] // and the names

  it.each<[string, number, Manner, () => void]>([
    ['steps down and breaks off what is under way', 0, 'interrupted', () => undefined],
    ['steps down before most members have a write', 1, 'unconfirmed', () => undefined],
    ['is cut off', 2, 'interrupted', () => void set.wireOf(2).cut()],
    ['falls silent', 0, 'interrupted', () => set.wireOf(0).freeze()],
  ])('%s, and every answer is 303 or 503', async (_how, number, manner, lose) => {
    const people = await Promise.all(Array.from({ length: 8 }, () => openMember()))
    const write = set.writeUnderWay()

    const answers = people.map(async ({ visitor, cookie, username, _csrf }, index) => {
      if (index > 1) {
        const { status } = await visitor.post('/logout', { _csrf })
        if (status === 303) signedOut.push(cookie)
        return status
      } else {
        const fields = { current: validPassword, password: NEW_PASSWORD, _csrf }
        const { status } = await visitor.post('/account/password', fields)
        if (status === 303) changed.push(username)
        return status
      }
    })
    await write
    lose()
    set.stepDown(manner)
    set.elect((number + 1) % 3)

    const statuses = await Promise.all(answers)
    await set.wireOf(number).mend()
    expect(statuses.filter((status) => status !== 303 && status !== 503)).toEqual([])
  })

  it('takes back no sign-out that was answered, and no new password (ASVS 7.4.1)', async () => {
    expect(Math.min(signedOut.length, changed.length)).toBeGreaterThan(0)
    for (const cookie of signedOut) {
      const visitor = site.visitor()
      expect(await statusOf(() => visitor.get('/account', { Cookie: cookie }))).toBe(303)
    }
    for (const username of changed) {
      const visitor = site.visitor()
      const newPassword = { username, password: NEW_PASSWORD }
      expect(await statusOf(() => visitor.signIn({ username }))).toBe(422)
      expect(await statusOf(() => visitor.signIn(newPassword))).toBe(303)
    }
    expect(site.log.filter((line) => line.includes('"status":500'))).toEqual([])
  })
})

describe('A set without a primary', () => {
  it('has every page answered with 503 before somebody is elected, and signs nobody out', async () => {
    const { visitor, _csrf, username } = await openMember()
    const other = await openMember()
    const stranger = site.visitor()
    const fields = { username, password: validPassword, _csrf: await stranger.token() }
    set.stepDown('interrupted')

    const answers = await Promise.all([
      visitor.get('/home'),
      visitor.get('/account'),
      visitor.get('/account/sessions'),
      visitor.post('/account/password', { current: validPassword, password: NEW_PASSWORD, _csrf }),
      other.visitor.post('/logout', { _csrf: other._csrf }),
      stranger.post('/login', fields),
      stranger.get('/captcha'),
    ])

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503))
    set.elect(2)
    expect(await statusOf(() => visitor.get('/account'))).toBe(200)
    expect(await statusOf(() => other.visitor.get('/account'))).toBe(200)
  })
})

describe('A primary that was deposed and has not noticed', () => {
  it('is asked nothing more by a site that has heard of the new one', async () => {
    const { visitor, cookie, _csrf } = await openMember()
    set.elect(0) // 2 goes on believing that it is primary
    await expect.poll(() => visitor.get('/account').then(() => set.received.at(-1)?.member)).toBe(0)
    const heard = set.received.length
    const asStranger = site.visitor()
    expect(await statusOf(() => visitor.post('/logout', { _csrf }))).toBe(303)
    expect(await statusOf(() => asStranger.get('/account', { Cookie: cookie }))).toBe(303)

    expect(new Set(set.received.slice(heard).map(({ member }) => member))).toEqual(new Set([0]))
  })
})

/** Somebody who is signed in, as soon as the database is well enough. */
async function openMember() {
  return vi.waitFor(async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.becomeMember()
    const cookie = `sid=${visitor.cookie('sid') ?? ''}`
    const _csrf = await visitor.token('/home')
    if (_csrf === '') throw new Error('The page was not answered')
    return { visitor, username, cookie, _csrf }
  }, TIMEOUT)
}

/** The first status that is not 503. */
async function statusOf(ask: () => Promise<Response>): Promise<number> {
  return vi.waitUntil(async () => {
    const { status } = await ask()
    return status !== 503 && status
  }, TIMEOUT)
}
