// A sign-in on a device that the account does not know: its owner hears of it by letter.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatTime, translator } from '../../../config/i18n.ts'
import { usersOf } from '../../documents.ts'
import { openSite, type Site } from '../../helper.ts'
import type { Visitor } from '../../visitor.ts'

const DAY = 24 * 60 * 60 * 1000
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off', TRUST_PROXY: '1' })
})
afterAll(() => site.close())

describe('POST /login on a device that the account does not know', () => {
  it('is told of with device, address and time, once a day for each (ASVS 6.3.5)', async () => {
    const { username, home } = await person({ emailVerifiedAt: new Date() })
    const first = await told(username)
    const before = new Date()

    await signIn(site.visitor(), username, { 'User-Agent': PHONE })
    await signIn(site.visitor(), username, { 'User-Agent': PHONE }) // it keeps no cookies
    await signIn(home, username, {}) // this one does

    const [letter, ...more] = await told(username)
    expect([first, more]).toEqual([[], []])
    const device = t('account.sessions.device', { browser: 'Safari 17', system: 'iOS' })
    expect(letter?.text).toContain(`${device}, IP address 192.0.2.1.`)
    expect([before, new Date()].map((time) => formatTime('en', time))).toContain(
      /On (.*?), someone/.exec(letter?.text ?? '')?.[1],
    )
    await signIn(site.visitor(), username, { 'X-Forwarded-For': '192.0.2.2', 'User-Agent': '<b>' })
    const [unknown] = await told(username)
    expect(unknown?.text).toContain(`${t('account.sessions.unknown-device')}, IP address 192.0.2.2`)
    expect(await told(username)).toHaveLength(2)
  })

  it('is told of again where the account has not seen it for ninety days, and to no unconfirmed address', async () => {
    const [away, unconfirmed] = [await person({ emailVerifiedAt: new Date() }), await person({})]
    const longAgo = new Date(Date.now() - 91 * DAY)
    await usersOf(site).updateOne(
      { username: away.username },
      { $set: { 'devices.0.at': longAgo } },
    )

    await signIn(away.home, away.username, {})
    await signIn(site.visitor(), unconfirmed.username, { 'User-Agent': PHONE })

    expect(await told(away.username)).toHaveLength(1)
    expect(await told(unconfirmed.username)).toEqual([])
  })

  it('is one of fifty that an account knows: with one more the one that was longest away goes', async () => {
    const { username, home } = await person({ emailVerifiedAt: new Date() })
    const devices = Array.from({ length: 50 }, (_, number) => ({
      hash: `of ${number}`,
      at: new Date(Date.now() - DAY),
    }))
    await usersOf(site).updateOne({ username }, { $set: { devices } })

    await signIn(home, username, {})
    await home.fill('/logout', {})
    await signIn(home, username, {})

    expect(await told(username)).toHaveLength(1)
    const user = await usersOf(site).findOne({ username })
    const known = ((user as { devices?: { hash: string }[] } | null)?.devices ?? []).map(
      ({ hash }) => hash,
    )
    expect([known.length, known.includes('of 0'), known.includes('of 1')]).toEqual([
      50,
      false,
      true,
    ])
  })

  it('is told of at most ten times a day, whatever the browsers call themselves', async () => {
    const { username } = await person({ emailVerifiedAt: new Date() })

    for (let number = 1; number <= 11; number++) {
      await signIn(site.visitor(), username, { 'User-Agent': `Browser ${number}` })
    }

    expect(await told(username)).toHaveLength(10)
  })
})

/** Somebody who has signed in once, and the browser in which they did. */
async function person(fields: object) {
  const home = site.visitor()
  const { username = '' } = await site.visitor().becomeMember()
  await usersOf(site).updateOne({ username }, { $set: fields })
  await signIn(home, username, {})
  await home.fill('/logout', {})
  return { username, home }
}

async function signIn(visitor: Visitor, username: string, headers: Record<string, string>) {
  const from = { 'X-Forwarded-For': '192.0.2.1', ...headers }
  expect((await visitor.signIn({ username }, from)).status).toBe(303)
}

async function told(username: string) {
  const mails = await site.mails()
  const subject = t('mail.new-device.subject')
  return mails.filter((one) => one.subject === subject && one.to.startsWith(username))
}
