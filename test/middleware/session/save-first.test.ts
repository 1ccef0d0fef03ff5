// When a session can't be kept, the answer that builds on it is not given: a 503 page, and nothing half-done.
import mongoose from 'mongoose'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectOptions, embeddedWrites } from '../../../config/database.ts'
import { translator } from '../../../config/i18n.ts'
import { buildIndexes } from '../../../models/database/indexes.ts'
import { sessionOf, sessionsOf } from '../../documents.ts'
import { CAPTCHA, openSite, validPassword, type Site } from '../../helper.ts'
import { openProxy, type Proxy } from '../../proxy.ts'
import { credentialsOf, problemOf, Script } from '../../script.ts'
import { cookiesOf, newPerson, page } from '../../visitor.ts'

type Write = 'update' | 'delete'

let wire: Proxy
let site: Site
let counting: Site
beforeAll(async () => {
  wire = await openProxy(inject('mongoUrl'))
  await mongoose.connect(wire.url, {
    ...connectOptions,
    dbName: `test-save-first-${process.pid}`,
    writeConcern: embeddedWrites,
    monitorCommands: true,
  })
  await buildIndexes()
  site = await openSite()
  // Opened now: while the wire is being mended it would connect to the engine itself.
  counting = await openSite({ THROTTLE: 'on', CAPTCHA: 'off' })
})
afterEach(mend)
afterAll(async () => {
  await site.close()
  await wire.cut()
})

/** Break the wire in the moment in which a coming write of this kind to sessions begins. Counts how often it is tried. */
function breakAt(write: Write, breakWire: () => unknown, which = 1): () => number {
  let tries = 0
  mongoose.connection.getClient().on('commandStarted', ({ commandName, command }) => {
    if (commandName === write && command[write] === 'sessions' && ++tries === which) breakWire()
  })
  return () => tries
}

async function mend(): Promise<void> {
  mongoose.connection.getClient().removeAllListeners('commandStarted')
  await wire.mend()
  await expect.poll(async () => (await site.visitor().get('/home')).status).toBe(200)
}

describe.each<[string, () => unknown]>([
  ['breaks off', () => wire.cut()],
  ['is silent', () => wire.freeze()],
])('when the database %s while a session is written', (_how, breakWire) => {
  it('POST /login answers 503 without a redirect, and nobody is signed in', async () => {
    const { username } = newPerson()
    await site.visitor().register({ username })
    const visitor = site.visitor()
    const form = {
      username,
      password: validPassword,
      captcha: CAPTCHA,
      _csrf: await visitor.token(),
    }
    await visitor.get('/captcha')
    const tries = breakAt('update', breakWire)

    const answer = await visitor.post('/login', form)
    const tried = tries()
    await mend()

    expect([answer.status, answer.headers.location]).toEqual([503, undefined])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(page(answer).querySelector('h1')?.text).toBe(translator('en')('error.503.title'))
    expect(cookiesOf(answer)).not.toHaveProperty('sid')
    expect(tried).toBe(1)
    expect(await sessionsOf(site).countDocuments({ 'session.username': username })).toBe(0)
    expect((await visitor.signIn({ username })).status).toBe(303)
  })

  it('POST /login in JSON answers 503 with a problem, and nobody is signed in', async () => {
    const script = new Script(site.app)
    const { username } = newPerson()
    await script.answer('/register', { ...newPerson(), username })
    await script.read('/captcha')
    breakAt('update', breakWire)

    const answer = await script.write('/login', credentialsOf({ username }))
    await mend()

    expect([answer.status, answer.type]).toEqual([503, 'application/problem+json'])
    expect(problemOf(answer).type).toBe('urn:sesame:problem:unavailable')
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(cookiesOf(answer)).not.toHaveProperty('sid')
    expect(await sessionsOf(site).countDocuments({ 'session.username': username })).toBe(0)
  })

  it('GET /captcha answers 503 with a page and no cookie, instead of a picture that can not be solved', async () => {
    const count = await sessionsOf(site).countDocuments()
    const tries = breakAt('update', breakWire)

    const answer = await site.visitor().get('/captcha')
    const tried = tries()
    await mend()

    expect([answer.status, answer.type]).toEqual([503, 'text/html'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(page(answer).querySelector('h1')?.text).toBe(translator('en')('error.503.title'))
    expect(cookiesOf(answer)).not.toHaveProperty('sid')
    expect(tried).toBe(1)
    expect(await sessionsOf(site).countDocuments()).toBe(count)
  })

  it('POST /logout answers 503 and says nothing of being signed out, and a second try works', async () => {
    const member = site.visitor()
    await member.becomeMember()
    breakAt('delete', breakWire)

    const answer = await member.fill('/logout', {})
    await mend()

    expect([answer.status, answer.headers.location]).toEqual([503, undefined])
    expect(answer.headers).not.toHaveProperty('clear-site-data')
    expect(cookiesOf(answer)).not.toHaveProperty('sid')
    expect(cookiesOf(answer)).not.toHaveProperty('notice')
    expect((await member.get('/account')).status).toBe(200)
    expect((await member.fill('/logout', {})).status).toBe(303)
    expect(await sessionOf(site, member)).toBeNull()
  })
})

describe('when what a handler changed can not be saved after it answered', () => {
  it('POST /login answers with the error page alone: no redirect, no cookie, all security headers', async () => {
    const { username } = newPerson()
    const visitor = counting.visitor()
    await visitor.register({ username })
    await visitor.signIn({ username, password: 'wrong' })
    const form = { username, password: validPassword, _csrf: await visitor.token() }
    const home = await visitor.get('/home')
    // The session of the sign-in itself is stored; what failed before, which the next page is to show, is not.
    const tries = breakAt('update', () => wire.cut(), 2)

    const answer = await visitor.post('/login', form)
    const tried = tries()
    await mend()

    expect([answer.status, answer.headers.location, tried]).toEqual([503, undefined, 2])
    expect(cookiesOf(answer)).not.toHaveProperty('sid')
    expect(cookiesOf(answer)).not.toHaveProperty('notice')
    for (const name of ['content-security-policy', 'permissions-policy', 'x-frame-options']) {
      expect(answer.headers[name]).toBe(home.headers[name])
    }
    expect(answer.headers['x-request-id']).toMatch(/^[\w-]{36}$/)
  })

  it('GET /captcha answers with the policy of a page, not with that of a picture', async () => {
    const visitor = site.visitor()
    const home = await visitor.get('/home')
    breakAt('update', () => wire.cut())

    const answer = await visitor.get('/captcha')
    await mend()

    expect(answer.status).toBe(503)
    expect(answer.headers['content-security-policy']).toBe(home.headers['content-security-policy'])
  })
})
