// Names and addresses share one space: what one user has as either, nobody else gets as the other.
import { Readable } from 'node:stream'
import md5 from 'md5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import type { Row } from '../../../lib/files/rows.ts'
import { importUsers, type Refused } from '../../../models/operator/import.ts'
import { usersOf } from '../../documents.ts'
import { openSite, uniqueUsername, validPassword, type Site } from '../../helper.ts'
import { errorsOf, newPerson } from '../../visitor.ts'

const t = translator('en')
const DAY = 24 * 60 * 60 * 1000

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off' })
})
afterAll(() => site.close())

const user = (username: string) => usersOf(site).findOne({ username })
const newAddress = () => `${uniqueUsername()}@example.com`

async function importRows(...users: { username: string; email?: string }[]): Promise<string[]> {
  const reasons: string[] = []
  const rows = users.map((fields, index): Row => {
    return { number: index + 1, fields: { ...fields, password: md5(validPassword) } }
  })
  await importUsers(Readable.from(rows), {
    verified: false,
    dryRun: false,
    signal: new AbortController().signal,
    onRefused: ({ reason }: Refused) => void reasons.push(reason),
    onBatch: () => undefined,
  })
  return reasons
}

describe('A name of another site', () => {
  it.each(['alice\u202egnp', 'left\u200eright', 'ad\u200bmin', '\u3164', '\u2800', '\u0301a'])(
    'is not imported with characters that nobody can see: %j',
    async (username) => {
      expect(await importRows({ username })).toEqual(['username-invisible'])
    },
  )

  it.each(["Zoë O'Neil", '老 用户', '-x', 'ＷＩＤＥ', 'admin', 'smile😀'])(
    'is imported as it is where people can read it: %s',
    async (username) => {
      expect(await importRows({ username })).toEqual([])
      expect((await site.visitor().signIn({ username })).status).toBe(303)
    },
  )
})

describe('An address that is the name of an imported user', () => {
  it('is refused to whoever registers with it, wants it later, or is imported with it', async () => {
    const name = newAddress()
    await importRows({ username: name })
    const member = site.visitor()
    await member.becomeMember()
    const fields = { email: name.toUpperCase() }

    const registered = await site.visitor().register({ email: name })
    const changed = await member.fill('/account/email', fields)
    const imported = await importRows({ username: uniqueUsername(), email: name })

    expect(errorsOf(registered)).toEqual({ email: t('errors.email.taken') })
    expect(errorsOf(changed)).toEqual({ email: t('errors.email.taken') })
    expect(imported).toEqual(['email-taken'])
    expect((await site.visitor().signIn({ username: name })).status).toBe(303)
  })

  it('is refused as a name where somebody has it as an address', async () => {
    const { email = '' } = await site.visitor().becomeMember()
    const both = newAddress()

    const reasons = await importRows(
      { username: email },
      { username: both, email: both },
      { username: both.toUpperCase() },
    )

    expect(reasons).toEqual(['username-taken', 'username-taken'])
    expect((await site.visitor().signIn({ username: both })).status).toBe(303)
  })

  it('goes to one of those who claim it at the same moment', async () => {
    const address = newAddress()

    const [reasons, ...answers] = await Promise.all([
      importRows({ username: address }),
      site.visitor().register({ email: address }),
      site.visitor().register({ email: address.toUpperCase() }),
    ])

    const taken = [reasons.length, ...answers.map(({ status }) => (status === 303 ? 0 : 1))]
    expect(taken.sort()).toEqual([0, 1, 1])
  })
})

describe('The address of an account that never confirmed it', () => {
  const holderSince = async (days: number) => {
    const visitor = site.visitor()
    const person = newPerson()
    await visitor.registerAndSignIn(person)
    await usersOf(site).updateOne(
      { username: person.username },
      { $set: { createdAt: new Date(Date.now() - days * DAY) } },
    )
    return { visitor, ...person }
  }
  const linkTo = async (username: string, email: string) => {
    // No letter to an unconfirmed address says a name; the page that it leads to does.
    for (const { link } of (await site.mails()).filter(({ to }) => to === email)) {
      const { text } = await site.visitor().get(link)
      if (text.replaceAll(email, '').includes(username)) return link
    }
    return ''
  }

  it('stays with that account for as long as a link counts', async () => {
    const { email } = await holderSince(6)

    const answer = await site.visitor().register({ email })

    expect(errorsOf(answer)).toEqual({ email: t('errors.email.taken') })
  })

  it('goes to the owner of the mailbox afterwards, with the link in the mail', async () => {
    const { visitor, username, email } = await holderSince(8)
    const owner = newPerson()

    const registered = await site.visitor().register({ ...owner, email })
    const before = (await user(username))?.email
    await site.visitor().fill(await linkTo(owner.username, email), {})

    expect(registered.status).toBe(303)
    expect(before).toBe(email) // whoever only types the address takes nothing away
    expect(await user(owner.username)).toMatchObject({
      email,
      emailVerifiedAt: expect.any(Date) as Date,
    })
    expect((await user(username))?.email).toBeUndefined()
    expect((await visitor.get('/home')).text).toContain(username)
    expect((await site.visitor().signIn({ username })).status).toBe(303)
    const member = site.visitor()
    await member.signIn({ username: email })
    expect((await member.get('/home')).text).toContain(owner.username)
  })

  it('is shown as waiting to whoever has yet to use the link, who can ask for another one', async () => {
    const { email } = await holderSince(8)
    const visitor = site.visitor()
    await visitor.registerAndSignIn({ email })

    const answer = await visitor.get('/verify-email')

    expect([answer.status, answer.headers.location]).toEqual([303, '/account/email'])
    const pending = t('account.email.pending', { email })
    expect((await visitor.get('/account/email')).text).toContain(pending)
  })

  it('goes to one of two who use their links at the same moment', async () => {
    const { email } = await holderSince(8)
    const owners = [newPerson(), newPerson()]
    for (const owner of owners) await site.visitor().register({ ...owner, email })
    const links = await Promise.all(owners.map(({ username }) => linkTo(username, email)))

    const answers = await Promise.all(links.map((link) => site.visitor().fill(link, {})))

    expect(answers.map(({ status }) => status).sort()).toEqual([303, 404])
    expect(await usersOf(site).countDocuments({ email })).toBe(1)
  })

  it('stays where it was if it is confirmed before the link of another one is used', async () => {
    const { username, email } = await holderSince(8)
    const owner = newPerson()
    await site.visitor().register({ ...owner, email })
    const link = await linkTo(owner.username, email)
    await site.visitor().fill(await linkTo(username, email), {})

    const answer = await site.visitor().fill(link, {})

    expect(answer.status).toBe(404)
    expect((await user(username))?.email).toBe(email)
  })
})
