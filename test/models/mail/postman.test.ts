// What becomes of a letter: it arrives once, also through refusals, restarts and several senders, and delays nobody.
import { ObjectId } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { LOCALES, translator } from '../../../config/i18n.ts'
import {
  outbox,
  outboxEvents,
  queueLetter,
  takeLetter,
  untilHandled,
  type Letter,
} from '../../../models/mail/outbox.ts'
import { Postman } from '../../../models/mail/postman.ts'
import { usersOf } from '../../documents.ts'
import { openSite, type Site } from '../../helper.ts'
import { openMailServer, type MailServer } from '../../mail-server.ts'
import { newPerson, page, type Fields, type Visitor } from '../../visitor.ts'

const MAIL_FROM = 'Sesame <sesame@sign-in.example>'
type Person = ReturnType<typeof newPerson>

const TIMEOUT = 10_000 // milliseconds: for a busy machine

let server: MailServer
let site: Site
beforeAll(async () => {
  server = await openMailServer()
  const SMTP_URL = `smtp://127.0.0.1:${server.port}`
  site = await openSite({ SMTP_URL, MAIL_FROM, SECURITY_CONTACT: 'mailto:ask@example.com' })
})
beforeEach(() => {
  server.answer(250)
  server.arrived.length = 0
})
afterAll(async () => {
  await site.close()
  await server.close()
})

describe('POST /register', () => {
  it.each(LOCALES)('sends a mail in the language of the page, %s', async (locale) => {
    const t = translator(locale)

    const person = await register({ 'Accept-Language': locale })
    await untilHandled(TIMEOUT)

    expect(server.arrived).toHaveLength(1)
    const [mail = never()] = server.arrived
    expect(mail.to).toEqual([person.email])
    expect(mail.headers.subject).toBe(t('mail.verify-email.subject'))
    const link = /http:\/\/localhost:3000\/verify-email\/[\w-]{43}/
    for (const form of [mail.text, mail.html]) {
      expect(form.replaceAll('&#39;', "'")).toContain(t('mail.verify-email.text', person))
      expect(form).toMatch(link)
    }
    expect(mail.html).toContain(`<html lang="${locale}">`)
    expect(await outbox().countDocuments()).toBe(0)
  })

  it('is answered as usual while the mail server refuses, and the mail comes when it takes mails again', async () => {
    server.answer(451)
    const person = await register()
    await untilHandled(TIMEOUT)
    expect(server.arrived).toEqual([])

    server.answer(250)
    await comeDue()

    expect(server.arrived).toMatchObject([{ to: [person.email] }])
    expect(await outbox().countDocuments()).toBe(0)
  })

  it('is answered as usual while there is no mail server, and a restart forgets nothing', async () => {
    const { port } = server
    await server.close()
    const person = await register()
    await untilHandled(TIMEOUT)
    await site.postman.stop()
    server = await openMailServer({}, port)

    site.postman = new Postman(site.settings, log)
    await comeDue()

    expect(server.arrived).toMatchObject([{ to: [person.email] }])
  })
})

describe('A letter that is refused', () => {
  it('is tried again after 5, 10, 20 seconds and so on, up to an hour', async () => {
    server.answer(451)
    await register()
    await untilHandled(TIMEOUT)

    const pauses: number[] = []
    for (let attempt = 1; attempt <= 12; attempt++) {
      const { dueAt = new Date(0), takenAt } = (await outbox().findOne()) ?? {}
      expect(takenAt).toBeUndefined() // nobody is sending it
      pauses.push(Math.round((dueAt.getTime() - Date.now()) / 1000))
      await comeDue()
    }
    await outbox().deleteMany({})

    const expected = [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
    pauses.forEach((pause, index) => {
      expect(Math.abs(pause - (expected[index] ?? 0))).toBeLessThanOrEqual(2)
    })
  })

  it.each<[string, (person: Person) => Promise<Letter>, number]>([
    [
      '30 minutes',
      (person) => Promise.resolve({ kind: 'password-reset', email: person.email }),
      30,
    ],
    [
      '3 days',
      async (person) => ({ kind: 'password-changed', userId: await idOf(person) }),
      3 * 24 * 60,
    ],
  ])('is given up after %s, and the log names nobody', async (_when, letterTo, minutes) => {
    const person = await register()
    await usersOf(site).updateOne(
      { username: person.username },
      { $set: { emailVerifiedAt: new Date() } },
    )
    await untilHandled(TIMEOUT)
    server.answer(451)
    await queueLetter(await letterTo(person), 'en')
    await untilHandled(TIMEOUT)
    const ago = (least: number) => new Date(Date.now() - least * 60_000 + 30_000)

    await outbox().updateOne({}, { $set: { createdAt: ago(minutes) } })
    await comeDue()
    const kept = await outbox().countDocuments()
    await outbox().updateOne({}, { $set: { createdAt: ago(minutes + 1) } })
    await comeDue()

    expect([kept, await outbox().countDocuments()]).toEqual([1, 0])
    const lines = site.log.filter((line) => line.includes('"mail":'))
    expect(lines.at(-1)).toMatch(/"level":40,.*"mail":"given-up"/)
    expect(
      lines.some((line) => line.includes('"mail":"failed"') && line.includes('EENVELOPE 451')),
    ).toBe(true)
    expect(lines.join('\n')).not.toContain(person.email)
    expect(lines.join('\n')).not.toContain(person.username)
  })
})

describe('A letter that nobody waits for any more', () => {
  it.each<[string, object, (person: Person) => Promise<Letter>]>([
    [
      'a link to confirm what is confirmed',
      { emailVerifiedAt: new Date() },
      async (person) => ({ kind: 'verify-email', userId: await idOf(person) }),
    ],
    [
      'a new password for an address that is not confirmed',
      {},
      ({ email }) => Promise.resolve({ kind: 'password-reset', email }),
    ],
    [
      'a new password for a locked account',
      { emailVerifiedAt: new Date(), lockedAt: new Date() },
      ({ email }) => Promise.resolve({ kind: 'password-reset', email }),
    ],
    [
      'a link to another address than the one that was asked for last',
      { pendingEmail: { address: 'last@example.com', askedAt: new Date() } },
      async (person) => ({
        kind: 'email-change',
        userId: await idOf(person),
        email: 'first@example.com',
      }),
    ],
  ])('is not sent: %s', async (_what, fields, letterTo) => {
    const person = await register()
    await untilHandled(TIMEOUT)
    server.arrived.length = 0
    await usersOf(site).updateOne({ username: person.username }, { $set: { ...person, ...fields } })

    await queueLetter(await letterTo(person), 'en')
    await untilHandled(TIMEOUT)

    expect(server.arrived).toEqual([])
    expect(await outbox().countDocuments()).toBe(0)
  })
})

describe('An outbox that can not be read', () => {
  it('is tried again a while later', async () => {
    const failing = vi.spyOn(outbox(), 'findOneAndUpdate').mockRejectedValueOnce(new Error('away'))
    onTestFinished(() => failing.mockRestore())

    const person = await register()
    await untilHandled(TIMEOUT)

    expect(server.arrived).toMatchObject([{ to: [person.email] }])
  })
})

describe('A letter whose recipient is refused for good', () => {
  const t = translator('en')
  const notice = ({ email }: Person) => t('account.refused', { email })

  it('is tried once; the account says so until a mail gets through, and the log names nobody', async () => {
    server.answer(550)
    const person = await register()
    await untilHandled(TIMEOUT)
    const visitor = site.visitor()
    await visitor.signIn(person)

    const told = await textOf(visitor)
    const waiting = await outbox().countDocuments()
    server.answer(250)
    await queueLetter({ kind: 'password-changed', userId: await idOf(person) }, 'en')
    await untilHandled(TIMEOUT)

    expect(waiting).toBe(0)
    expect(told).toContain(notice(person))
    expect(await textOf(visitor)).not.toContain(notice(person))
    const line = site.log.findLast((one) => one.includes('"mail":"refused"')) ?? ''
    expect(JSON.parse(line)).toMatchObject({
      level: 40,
      kind: 'verify-email',
      userId: await idOf(person),
      attempts: 1,
      reason: 'EENVELOPE 550',
    })
    expect(site.log.join('\n')).not.toContain(person.email)
  })

  it('says nothing about another address: neither the next one nor the one before', async () => {
    const visitor = site.visitor()
    const person = await visitor.becomeMember()
    const userId = await idOf(person as Person)
    server.answer(550)
    const another = `new-${person.email ?? ''}`
    const pendingEmail = { address: another, askedAt: new Date() }
    await usersOf(site).updateOne({ _id: new ObjectId(userId) }, { $set: { pendingEmail } })
    await queueLetter({ kind: 'email-change', userId, email: another }, 'en')
    await untilHandled(TIMEOUT)
    server.answer(250)
    await queueLetter({ kind: 'password-changed', userId }, 'en')
    await untilHandled(TIMEOUT)
    const pending = await textOf(visitor)

    await usersOf(site).updateOne({ _id: new ObjectId(userId) }, { $unset: { pendingEmail: 1 } })
    server.answer(550)
    await queueLetter({ kind: 'email-changed', userId, to: 'old@example.com', email: '' }, 'en')
    await untilHandled(TIMEOUT)

    expect(pending).toContain(t('account.refused', { email: another }))
    expect(await textOf(visitor)).not.toContain(t('account.refused', { email: another }))
    expect(await textOf(visitor)).not.toContain('old@example.com')
  })

  it('is tried again where it is the site that the server refuses', async () => {
    server.answer(554, 'greeting')
    const person = await register()
    await untilHandled(TIMEOUT)
    const waiting = await outbox().countDocuments()
    server.answer(250)
    await comeDue()

    expect(waiting).toBe(1)
    expect(server.arrived).toMatchObject([{ to: [person.email] }])
  })

  const textOf = async (visitor: Visitor) => page(await visitor.get('/account')).text
})

describe('Several senders', () => {
  it('send each letter once', async () => {
    const others = [1, 2, 3].map(() => new Postman(site.settings, log))
    onTestFinished(async () => {
      for (const other of others) await other.stop()
    })

    const people = await Promise.all(Array.from({ length: 6 }, () => register()))
    await untilHandled(TIMEOUT)

    const readers = server.arrived.map(({ to }) => to[0])
    expect(readers.sort()).toEqual(people.map(({ email }) => email).sort())
  })
})

describe('A sender that dies with a letter in its hands', () => {
  it('leaves it to the next, two minutes later', async () => {
    await site.postman.stop()
    const person = await register()
    const taken = await takeLetter()
    const lease = (taken?.dueAt.getTime() ?? 0) - Date.now()

    site.postman = new Postman(site.settings, log)
    const meanwhile = await takeLetter()
    await comeDue()

    expect(Math.round(lease / 10_000)).toBe(12)
    expect(meanwhile).toBeUndefined()
    expect(server.arrived).toMatchObject([{ to: [person.email] }])
    expect(await outbox().countDocuments()).toBe(0)
  })
})

describe('A letter that another process put in', () => {
  it('is found without a call', async () => {
    const person = await register()
    await untilHandled(TIMEOUT)
    server.arrived.length = 0
    const now = new Date()
    const letter: Letter = { kind: 'password-changed', userId: await idOf(person) }

    await outbox().insertOne({
      letter,
      locale: 'en',
      createdAt: now,
      dueAt: now,
      attempts: 0,
    } as never)

    await vi.waitUntil(() => server.arrived.length > 0, { timeout: TIMEOUT })
    expect(server.arrived).toMatchObject([{ to: [person.email] }])
  })
})

describe('A letter to an account from elsewhere', () => {
  it.each([
    'reader@example.com\r\nBcc: other@example.com',
    'a@example.com, b@example.com',
    'Reader <a@example.com>',
    'nobody',
    '',
    { $gt: '' },
  ])('is dropped if its address is %j, and the next one goes out', async (email) => {
    const person = await register()
    await untilHandled(TIMEOUT)
    server.arrived.length = 0
    const userId = await idOf(person)
    await usersOf(site).updateOne({ username: person.username }, { $set: { email } as object })

    await queueLetter({ kind: 'password-changed', userId }, 'en')
    const next = await register()
    await untilHandled(TIMEOUT)

    expect(server.arrived.map(({ to }) => to)).toEqual([[next.email]])
    expect(await outbox().countDocuments()).toBe(0)
    expect(site.log.some((line) => line.includes('"no-address"') && line.includes(userId))).toBe(
      true,
    )
  })
})

describe('Every kind of letter', () => {
  it.each(LOCALES)('goes to the one it concerns and shows a name as it is, %s', async (locale) => {
    const t = translator(locale)
    const person = await register()
    const _id = { username: person.username }
    const userId = await idOf(person)
    const username = '<b>A&B</b>' // as a document from elsewhere may have it
    const pendingEmail = { address: 'new@example.com', askedAt: new Date() }
    await usersOf(site).updateOne(_id, {
      $set: { username, pendingEmail, emailVerifiedAt: new Date() } as object,
    })
    await untilHandled(TIMEOUT)
    server.arrived.length = 0
    const old = person.email
    const notMe = /\/account\/not-me\/[\w-]{43}$/m
    const letters: [Letter, string, RegExp][] = [
      [{ kind: 'password-reset', email: old.toUpperCase() }, old, /\/password-reset\/[\w-]{43}$/m],
      [{ kind: 'password-changed', userId }, old, notMe],
      [{ kind: 'username-changed', userId, before: 'ali' }, old, notMe],
      [{ kind: 'new-device', userId, address: '192.0.2.1' }, old, notMe],
      [{ kind: 'recovery-code-used', userId, left: 2 }, old, notMe],
      [{ kind: 'recovery-codes-used-up', userId, left: 0 }, old, notMe],
      [
        { kind: 'email-change', userId, email: 'new@example.com' },
        'new@example.com',
        /\/account\/email\/[\w-]{43}$/m,
      ],
      [{ kind: 'email-change-asked', userId, email: 'new@example.com' }, old, notMe],
      [
        { kind: 'email-changed', userId, to: 'old@example.com', email: old },
        'old@example.com',
        /\/home$/m,
      ],
      [
        { kind: 'account-deleted', email: 'gone@example.com' },
        'gone@example.com',
        /^mailto:ask@example\.com$/m, // no account is left that a link could take back
      ],
    ]

    for (const [letter] of letters) await queueLetter(letter, locale)
    await untilHandled(TIMEOUT)

    expect(server.arrived.map(({ to: [to], headers }) => [to, headers.subject])).toEqual(
      letters.map(([{ kind }, to]) => [to, t(`mail.${kind}.subject`)]),
    )
    for (const [index, { text, html }] of server.arrived.entries()) {
      expect(text.replaceAll('\r', '')).toMatch(letters[index]?.[2] ?? /never/)
      // Only to an address that is known to be the user's own.
      const isNamed = letters[index]?.[1] === old
      expect(text.includes(username)).toBe(isNamed)
      expect(html.includes('&lt;b&gt;A&amp;B&lt;/b&gt;')).toBe(isNamed)
      expect(html).not.toContain('<b>')
      expect(text + html).not.toMatch(/undefined|\[object|\{\{/)
    }
  })
})

// As the site's own logger writes.
const log = {
  debug: () => undefined,
  warn: (fields: object) => site.log.push(JSON.stringify({ level: 40, ...fields })),
  error: (fields: object) => site.log.push(JSON.stringify({ level: 50, ...fields })),
}

function never(): never {
  throw new Error('No mail arrived')
}

async function register(headers: Fields = {}): Promise<Person> {
  const person = newPerson()
  const { status } = await site.visitor().register(person, headers)
  expect(status).toBe(303)
  return person
}

async function idOf({ username }: Person): Promise<string> {
  return String((await usersOf(site).findOne({ username }))?._id)
}

/** Let the letters come due, as time would, and wait until they were tried. */
async function comeDue(): Promise<void> {
  await outbox().updateMany({}, { $set: { dueAt: new Date() } })
  outboxEvents.emit('queued')
  await untilHandled(TIMEOUT)
}
