// Devices that are not asked for a code: for thirty days, for one account, until their owner or a change ends it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { User } from '../../../models/user.ts'
import { addPasskey } from '../../authenticator.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { giveApp } from '../../two-factor.ts'
import { cookiesOf, page, type Visitor } from '../../visitor.ts'

const SECOND = '/login/second-factor'
const PATH = '/account/sessions'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off', BASE_URL: 'http://localhost:3000' })
})
afterAll(() => site.close())

/** Somebody with an app, signed in on a device that is not asked again. */
async function trusting() {
  const { username = '' } = await site.visitor().becomeMember()
  const app = await giveApp(site, username)
  const visitor = site.visitor()
  await visitor.signIn({ username })
  const answer = await visitor.fill(SECOND, { code: app.code(), trust: 'on' })
  return { ...app, username, visitor, answer }
}

async function trustedOf(username: string) {
  const user = await User.findOne({ username }).lean()
  return (user?.twoFactor?.trusted ?? []).map(({ hash, at, until }) => ({ hash, at, until }))
}

/** Sign out and in again: where that leads. */
async function signInAgain(visitor: Visitor, username: string, password = validPassword) {
  await visitor.fill('/logout', {})
  return (await visitor.signIn({ username, password })).headers.location
}

describe(`POST ${SECOND} with "Don't ask on this device"`, () => {
  it('lets the password be enough on this device, and on no other, nor for another account', async () => {
    const { username, visitor, answer } = await trusting()
    const other = await trusting()

    const here = await signInAgain(visitor, username)
    const elsewhere = (await site.visitor().signIn({ username })).headers.location
    const forOther = await signInAgain(visitor, other.username)

    expect([here, elsewhere, forOther]).toEqual(['/account', SECOND, SECOND])
    expect(cookiesOf(answer).trusted?.flags.join()).toMatch(/max-age=2592000.*httponly.*samesite/)
    const user = await User.findOne({ username }).lean()
    expect(JSON.stringify(user)).not.toContain(visitor.cookie('trusted')?.slice(4, 28))
  })

  it('ends after thirty days', async () => {
    const { username, visitor } = await trusting()
    await User.updateOne({ username }, { $set: { 'twoFactor.trusted.0.until': new Date() } })

    expect(await signInAgain(visitor, username)).toBe(SECOND)
  })

  it.each([
    ['another password', '/account/password', { password: 'another lantern in the cave' }],
    ['new recovery codes', '/account/two-factor/recovery-codes', {}],
  ])('ends with %s', async (_what, path, fields: { password?: string }) => {
    const { username, visitor } = await trusting()
    await visitor.fill(path, { current: validPassword, ...fields })

    expect(await signInAgain(visitor, username, fields.password)).toBe(SECOND)
  })

  it('ends with a passkey that is added, and with one that is removed', async () => {
    const { username, visitor } = await trusting()
    const trusted = await trustedOf(username)

    const { authenticator } = await addPasskey(visitor)
    const afterAdding = await trustedOf(username)
    await User.updateOne({ username }, { $set: { 'twoFactor.trusted': trusted } })
    await visitor.fill(`/account/passkeys/${authenticator.id}`, {})

    expect(trusted).toHaveLength(1)
    expect([afterAdding, await trustedOf(username)]).toEqual([[], []])
    expect(await signInAgain(visitor, username)).toBe(SECOND)
  })

  it('is kept for fifty devices of an account: for one more the oldest is asked again', async () => {
    const { username, code } = await trusting()
    const [one] = await trustedOf(username)
    const others = Array.from({ length: 50 }, (_, number) => ({ ...one, hash: `of ${number}` }))
    const change = { 'twoFactor.trusted': others, 'twoFactor.lastStep': 0 } // the code may be used again
    await User.updateOne({ username }, { $set: change })
    const visitor = site.visitor()
    await visitor.signIn({ username })

    await visitor.fill(SECOND, { code: code(), trust: 'on' })

    const kept = (await trustedOf(username)).map(({ hash }) => hash)
    expect([kept.length, kept.includes('of 0'), kept.includes('of 1')]).toEqual([50, false, true])
    expect(await signInAgain(visitor, username)).toBe('/account')
  })
})

describe(`POST ${PATH}`, () => {
  it('ends it for one device, which the page lists', async () => {
    const { username, visitor } = await trusting()
    const stranger = await trusting()
    const buttonIn = async (who: Visitor) =>
      page(await who.get(PATH))
        .querySelector('[name=trust]')
        ?.getAttribute('value') ?? ''
    const trust = await buttonIn(visitor)

    await stranger.visitor.send(PATH, { trust })
    const still = await signInAgain(visitor, username)
    const answer = await visitor.send(PATH, { trust })

    expect([still, answer.headers.location]).toEqual(['/account', PATH])
    expect((await visitor.get(PATH)).text).toContain(t('notice.trust-ended'))
    expect(await buttonIn(visitor)).toBe('')
    expect(await signInAgain(visitor, username)).toBe(SECOND)
  })
})
