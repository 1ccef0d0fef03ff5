// A passkey shows who is there as a password does: the member's own, checked by the authenticator, each challenge once.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { addPasskey, Authenticator, optionsOn } from '../authenticator.ts'
import { openSite, type Site } from '../helper.ts'
import { errorsOf, page } from '../visitor.ts'

const MINUTE = 60_000
const next = '/account/email'
const PATH = `/confirm?next=${encodeURIComponent(next)}`
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on', SESSION_IDLE_MINUTES: '60' })
})
afterEach(() => vi.useRealTimers())
afterAll(() => site.close())

describe('POST /confirm', () => {
  it('takes a passkey, gives the session a new id, and leads on (ASVS 7.5.1)', async () => {
    const { visitor, authenticator } = await memberWithPasskey()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 21 * MINUTE })
    const sid = visitor.cookie('sid')
    const closed = await visitor.get(next)
    const shown = await visitor.get(PATH)

    const credential = authenticator.use(optionsOn(shown))
    const answer = await visitor.send('/confirm', { credential, next })

    expect(closed.headers.location).toBe(PATH)
    expect(optionsOn(shown)).toMatchObject({
      allowCredentials: [{ id: authenticator.id }],
      userVerification: 'required',
    })
    expect(page(shown).querySelector('form[data-passkey] button')).toBeNull() // a script makes it
    expect([answer.status, answer.headers.location]).toEqual([303, next])
    expect(visitor.cookie('sid')).not.toBe(sid)
    expect((await visitor.get(next)).status).toBe(200)
  })

  it('refuses a challenge that was used, is too old or was for something else, somebody else’s passkey, and one that checks nobody', async () => {
    const { visitor, authenticator } = await memberWithPasskey()
    const others = (await memberWithPasskey()).authenticator
    const challenge = async (path = PATH) => optionsOn(await visitor.get(path))
    const errorOf = async (credential: string) =>
      errorsOf(await visitor.send(PATH, { credential })).credential
    const credential = authenticator.use(await challenge())
    await visitor.send(PATH, { credential })

    const used = await errorOf(credential)
    const creation = { ...(await challenge('/account/passkeys')), rpId: 'localhost' }
    const elsewhere = await errorOf(authenticator.use(creation))
    const stolen = await errorOf(others.use(await challenge()))
    authenticator.verifies = false
    const unverified = await errorOf(authenticator.use(await challenge()))
    authenticator.verifies = true
    const old = authenticator.use(await challenge())
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5.1 * MINUTE })
    const late = await errorOf(old)

    expect([used, elsewhere, late]).toEqual(Array(3).fill(t('errors.passkey.late')))
    expect([stolen, unverified]).toEqual(Array(2).fill(t('errors.passkey.wrong')))
  })

  it('counts wrong passkeys as wrong passwords: the sixth proof is refused though it is right (ASVS 6.3.4)', async () => {
    const { visitor, authenticator } = await memberWithPasskey()
    for (let turn = 0; turn < 5; turn++) {
      const credential = new Authenticator().use(optionsOn(await visitor.get(PATH)))
      await visitor.send(PATH, { credential })
    }

    const credential = authenticator.use(optionsOn(await visitor.get(PATH)))

    expect((await visitor.send(PATH, { credential })).status).toBe(429)
  })

  it('offers none to whoever has none that checks who is there', async () => {
    const { visitor } = await memberWithPasskey(false)

    expect((await visitor.get(PATH)).text).not.toContain('data-passkey')
  })
})

async function memberWithPasskey(verifies = true) {
  const visitor = site.visitor()
  const person = await visitor.becomeMember()
  const authenticator = new Authenticator()
  authenticator.verifies = verifies
  await addPasskey(visitor, authenticator)
  return { visitor, authenticator, ...person }
}
