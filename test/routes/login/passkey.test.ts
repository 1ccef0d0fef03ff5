// A passkey alone signs in whom it belongs to: each challenge once, none that was copied, and only where it checked who is there.
import mongoose from 'mongoose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attemptLimits } from '../../../config/limits.ts'
import { translator } from '../../../config/i18n.ts'
import { User } from '../../../models/user.ts'
import { addPasskey, Authenticator, optionsOn } from '../../authenticator.ts'
import { openSite, type Site } from '../../helper.ts'
import { Script } from '../../script.ts'
import { giveApp } from '../../two-factor.ts'
import { cookiesOf, errorsOf, page, type Visitor } from '../../visitor.ts'

const PATH = '/login/passkey'
const BASE_URL = 'http://localhost:3000'
const t = translator('en')

let site: Site
let strict: Site
beforeAll(async () => {
  site = await openSite({ BASE_URL })
  strict = await openSite({ BASE_URL, THROTTLE: 'on' })
})
afterAll(() => site.close())

describe(`POST ${PATH}`, () => {
  it('signs in without a captcha, a name or a code; "remember" and "next" count (ASVS 6.3.3, 7.2.4)', async () => {
    const { authenticator, username } = await newPerson()
    await giveApp(site, username)
    const visitor = site.visitor()
    const options = optionsOn(await visitor.get(`${PATH}?next=%2Fhome`))
    const before = visitor.cookie('sid')

    const answer = await visitor.send(PATH, {
      credential: authenticator.use(options),
      next: '/home',
      remember: 'on',
    })

    expect([answer.status, answer.headers.location]).toEqual([303, '/home'])
    expect(cookiesOf(answer).sid?.flags.join()).toContain('expires=')
    expect(visitor.cookie('sid')).not.toBe(before)
    expect((await visitor.get('/account')).text).toContain(username)
    const [passkey] = (await User.findOne({ username }).lean())?.passkeys ?? []
    expect(passkey?.usedAt).toBeInstanceOf(Date)
  })

  it('takes one of fifty parallel answers to one challenge', async () => {
    const { authenticator } = await newPerson()
    const visitor = site.visitor()
    const credential = authenticator.use(optionsOn(await visitor.get(PATH)))
    const _csrf = await visitor.token('/home')

    const answers = await Promise.all(
      Array.from({ length: 50 }, () => visitor.post(PATH, { _csrf, credential })),
    )

    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(49)
  })

  it('expects the answers of a visitor’s last five pages, so that no session grows without end', async () => {
    const { authenticator } = await newPerson()
    const visitor = site.visitor()
    const options = []
    for (let page = 1; page <= 6; page++) options.push(optionsOn(await visitor.get(PATH)))
    const [first, , third] = options.map((one) => authenticator.use(one))
    const _csrf = await visitor.token('/home')

    const tooOld = await visitor.post(PATH, { _csrf, credential: first ?? '' }) // with a challenge more
    const answer = await visitor.post(PATH, { _csrf, credential: third ?? '' })

    expect(errorsOf(tooOld)).toEqual({ credential: t('errors.passkey.late') })
    expect(answer.status).toBe(303)
  })

  it('refuses a counter that does not grow, and tells the owner', async () => {
    const { authenticator, visitor: owner } = await newPerson()
    authenticator.counter = 7

    const first = await signIn(authenticator)
    const copied = await signIn(authenticator)
    authenticator.counter = 0
    const reset = await signIn(authenticator)
    authenticator.counter = 8
    const next = await signIn(authenticator)

    expect([first.status, copied.status, reset.status, next.status]).toEqual([303, 422, 422, 303])
    expect((await owner.get('/account/activity')).text).toContain(
      t('account.activity.events.passkey-copied'),
    )
  })

  it('gives one answer for a passkey that nobody has and one that signed something else (ASVS 6.3.8)', async () => {
    const { authenticator } = await newPerson()
    const { authenticator: others } = await newPerson()
    const stranger = new Authenticator()
    others.claim('0'.repeat(24))
    const forged = JSON.parse(authenticator.use({ challenge: 'x', rpId: 'localhost' })) as object

    const unknown = await signIn(stranger)
    const answers = [
      unknown,
      await signIn(others), // it says that it is somebody else's
      await signIn(stranger, { ...forged, response: undefined }), // another one's id beside a signature of its own
    ]

    for (const answer of answers) {
      expect(answer.status).toBe(422)
      expect(errorsOf(answer)).toEqual({ credential: t('errors.passkey.wrong') })
    }
    const signals = page(unknown).querySelector('[data-signals]')?.getAttribute('data-signals')
    expect(JSON.parse(signals ?? '{}')).toEqual({
      signalUnknownCredential: { rpId: 'localhost', credentialId: stranger.id },
    })
  })

  it('asks for the password too where the authenticator does not check who is there', async () => {
    const authenticator = new Authenticator()
    authenticator.verifies = false
    await newPerson(authenticator)

    const first = await signIn(authenticator)
    authenticator.verifies = true // now it would, but whoever made the passkey was not checked
    const second = await signIn(authenticator)

    for (const answer of [first, second]) {
      expect(errorsOf(answer)).toEqual({ credential: t('errors.passkey.alone') })
    }
  })

  it('lets nobody in who was locked, and takes no challenge that is too old', async () => {
    const { authenticator, username } = await newPerson()
    await User.updateOne({ username }, { $set: { lockedAt: new Date() } })
    const locked = await signIn(authenticator)
    await User.updateOne({ username }, { $unset: { lockedAt: 1 } })
    const visitor = site.visitor()
    const options = optionsOn(await visitor.get(PATH))
    const key = `session.challenge-${options.challenge}.expires`
    await mongoose.connection
      .collection('sessions')
      .updateOne({ [key]: { $exists: true } }, { $set: { [key]: new Date() } })

    const late = await visitor.send(PATH, { credential: authenticator.use(options) })

    expect(errorsOf(locked)).toEqual({ credential: t('errors.locked-by-operator') })
    expect(errorsOf(late)).toEqual({ credential: t('errors.passkey.late') })
  })

  it('counts what failed by network, and locks no account by it (ASVS 6.3.1)', async () => {
    const { authenticator } = await newPerson()
    const { points } = attemptLimits.passkey
    const rows = mongoose.connection.collection('attempts')
    const stranger = new Authenticator()
    await signIn(stranger, {}, strict)
    await rows.updateMany({ key: /^passkey:/ }, { $set: { points } })

    const refused = await signIn(authenticator, {}, strict)
    await rows.updateMany({ key: /^passkey:/ }, { $set: { points: points - 1 } })
    const taken = [await signIn(authenticator, {}, strict), await signIn(authenticator, {}, strict)]

    expect(refused.status).toBe(429)
    expect(taken.map(({ status }) => status)).toEqual([303, 303])
    expect(await rows.countDocuments({ key: /^account:/ })).toBe(0)
  })

  it('speaks JSON', async () => {
    const { authenticator, username } = await newPerson()
    const script = new Script(site.app)

    const { options } = (await script.read(PATH)).body as {
      options: Parameters<Authenticator['use']>[0]
    }
    const done = await script.write(PATH, { credential: authenticator.use(options) })

    expect(done.body).toMatchObject({ next: '/account', user: { username } })
  })
})

async function newPerson(authenticator = new Authenticator()) {
  const visitor = site.visitor()
  const { username = '' } = await visitor.becomeMember()
  await addPasskey(visitor, authenticator)
  return { visitor, username, authenticator }
}

async function signIn(authenticator: Authenticator, instead: object = {}, where = site) {
  const visitor: Visitor = where.visitor()
  const options = optionsOn(await visitor.get(PATH))
  const answer = JSON.parse(authenticator.use(options)) as object
  const { id, rawId } = { ...answer, ...instead } as { id: string; rawId: string }
  return visitor.send(PATH, { credential: JSON.stringify({ ...answer, id, rawId }) })
}
