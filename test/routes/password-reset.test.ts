// Asking for a new password: the same answer and the same work for everybody, whoever has the address.
import mongoose from 'mongoose'
import type { Response } from 'supertest'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectOptions, embeddedWrites } from '../../config/database.ts'
import { translator } from '../../config/i18n.ts'
import { attemptLimits } from '../../config/limits.ts'
import { buildIndexes } from '../../models/database/indexes.ts'
import { outbox } from '../../models/mail/outbox.ts'
import { Postman } from '../../models/mail/postman.ts'
import { lockName, usersOf } from '../documents.ts'
import { openSite, uniqueUsername, validPassword, type Site } from '../helper.ts'
import { errorsOf, newPerson, page, valueOf, type Visitor } from '../visitor.ts'

const t = translator('en')

let site: Site
beforeAll(async () => {
  // A client that tells of every command, for the promise that the same is asked for everybody.
  const dbName = `test-${uniqueUsername()}`
  const watched = { ...connectOptions, writeConcern: embeddedWrites, monitorCommands: true, dbName }
  await mongoose.connect(inject('mongoUrl'), watched)
  await buildIndexes()
  site = await openSite({ THROTTLE: 'on', TRUST_PROXY: '1' })
})
afterAll(() => site.close())

describe('GET /password-reset', () => {
  it('shows a form with a captcha, from a link on the sign-in page', async () => {
    const visitor = site.visitor()
    const login = page(await visitor.get('/login'))
    const link = login.querySelector('main a[href="/password-reset"]')

    const form = page(await visitor.get('/password-reset')).querySelector('main form')

    expect(link?.text).toBe(t('login.forgot'))
    expect(form?.querySelector('[name=email]')?.getAttribute('autocomplete')).toBe('email')
    expect(form?.querySelector('img[src^="/captcha?id="]')).not.toBeNull()
  })
})

describe('POST /password-reset', () => {
  it('sends the owner of a confirmed address a link in the language of the page', async () => {
    const person = await confirmed()
    const visitor = site.visitor()
    visitor.agent.set('Accept-Language', 'zh-CN')

    const answer = await visitor.fill('/password-reset', {
      email: ` ${person.email.toUpperCase()} `,
    })

    expect([answer.status, answer.headers.location]).toEqual([303, '/password-reset'])
    const sent = await visitor.get('/password-reset')
    const notice = page(sent).querySelector('[role=status]')
    expect(page(sent).querySelector('h1')?.text).toBe('请查收邮件')
    expect(page(sent).querySelector('main article')?.text.toLowerCase()).toContain(person.email)
    expect(valueOf(sent, 'email')?.toLowerCase()).toBe(person.email)
    expect(notice?.text).toContain(translator('zh-CN')('notice.reset-asked'))
    expect(notice?.querySelector('a')?.getAttribute('href')).toBe('/dev/mail')
    const [mail] = await site.mails()
    expect(mail).toMatchObject({ to: person.email, language: 'zh-CN' })
    expect(mail?.subject).toBe(translator('zh-CN')('mail.password-reset.subject'))
    expect(mail?.link).toMatch(/^\/password-reset\/[\w-]{43}$/)
  })

  it('differs in nothing for a stranger, an unconfirmed and a confirmed address (ASVS 6.3.8)', async () => {
    await site.mails()
    await site.postman.stop() // what it does is done after the answer
    const unconfirmed = newPerson()
    await site.visitor().register(unconfirmed)
    const known = await confirmed()
    await outbox().deleteMany({})

    const seen = []
    for (const { email } of [newPerson(), unconfirmed, known, await locked()]) {
      await outbox().deleteMany({})
      seen.push(plain(email, await watch((visitor) => visitor.fill('/password-reset', { email }))))
    }

    const [first] = seen
    expect(first?.commands.map(({ name }) => name)).toContain('insert')
    expect(first?.letter).toEqual({ kind: 'password-reset', email: '<address>' })
    for (const one of seen) expect(one).toEqual(first)
    site.postman = new Postman(site.settings, silent)
  })

  it('sends nothing to a stranger, to an unconfirmed address and to a locked account', async () => {
    const unconfirmed = newPerson()
    await site.visitor().register(unconfirmed)
    const readers = [newPerson(), unconfirmed, await locked()].map(({ email }) => email)

    for (const email of readers) await site.visitor().fill('/password-reset', { email })

    const sent = (await site.mails()).filter(({ link }) => link.startsWith('/password-reset'))
    expect(sent.filter(({ to }) => readers.includes(to))).toEqual([])
    expect(await outbox().countDocuments()).toBe(0)
  })

  it.each([
    ['', 'errors.email.missing'],
    ['nobody', 'errors.email.form'],
    ['a@example.com\r\nBcc: b@example.com', 'errors.email.form'],
    ['a@example.com,b@example.com', 'errors.email.form'],
  ])('refuses %j beside its field and keeps it', async (email, error) => {
    const answer = await site.visitor().fill('/password-reset', { email })

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ email: t(error as 'errors.text') })
    expect(valueOf(answer, 'email')).toBe(email)
  })

  it('asks for the captcha', async () => {
    const { email } = await confirmed()
    const before = (await site.mails()).length

    const answer = await site.visitor().fill('/password-reset', { email, captcha: 'WRONG' })

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ captcha: t('errors.captcha.wrong') })
    expect(await site.mails()).toHaveLength(before)
  })

  it('takes so many from one address for one reader, known or not, and stores no address it counts', async () => {
    const person = await confirmed()
    for (const { email } of [person, newPerson()]) {
      const statuses: number[] = []
      for (let time = 0; time <= attemptLimits.reset.points; time++) {
        const visitor = visitorFrom(`192.0.2.${50 + time}`)
        statuses.push((await visitor.fill('/password-reset', { email })).status)
      }
      expect(statuses).toEqual([303, 303, 303, 429])
    }
    const rows = await site.database.collection('attempts').find().toArray()
    expect(JSON.stringify(rows)).not.toContain('@')
  })

  it('takes so many from one network, whoever the readers are, and says how long to wait', async () => {
    const key = 'mail:192.0.2.99'
    const expire = new Date(Date.now() + 1800_000)
    const { points } = attemptLimits.mail
    await site.database.collection('attempts').insertOne({ key, points: points - 1, expire })
    const { email } = await confirmed()

    const last = await visitorFrom('192.0.2.99').fill('/password-reset', newPerson())
    const answer = await visitorFrom('192.0.2.99').fill('/password-reset', { email })

    expect([last.status, answer.status]).toEqual([303, 429])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(1700)
    expect(answer.text).toContain('30 minutes')
  })
})

describe('POST /login to an account that too many failures locked', () => {
  it('names the way to open it', async () => {
    const person = await confirmed()
    await lockName(person.username)

    const answer = await site.visitor().signIn(person)

    const alert = page(answer).querySelector('[role=alert]')
    expect(alert?.text).toContain(t('errors.locked', { time: '24 hours' }))
    expect(alert?.querySelector('a')?.getAttribute('href')).toBe('/password-reset')
  })
})

const silent = { debug: () => undefined, warn: () => undefined, error: () => undefined }

/** Somebody who has an account and has confirmed the address. */
async function confirmed() {
  const person = newPerson()
  const visitor = site.visitor()
  await visitor.register(person)
  const emailVerifiedAt = new Date()
  await usersOf(site).updateOne(
    { username: person.username },
    { $set: { emailVerifiedAt } as object },
  )
  await visitor.signIn({ username: person.username, password: validPassword })
  return person
}

async function locked() {
  const person = await confirmed()
  await usersOf(site).updateOne(
    { username: person.username },
    { $set: { lockedAt: new Date() } as object },
  )
  return person
}

function visitorFrom(address: string): Visitor {
  const visitor = site.visitor()
  visitor.agent.set('X-Forwarded-For', address)
  return visitor
}

type Seen = { answer: Response; commands: { name: string; command: object }[]; letter: unknown }

/** What is answered to a new visitor, and every command that the database got meanwhile. */
async function watch(act: (visitor: Visitor) => Promise<Response>): Promise<Seen> {
  const commands: Seen['commands'] = []
  // What is too old goes once a minute, and whether the site is closed is looked at every two seconds.
  const atTimes = (command: object) =>
    'delete' in command || ('find' in command && command.find === 'maintenance')
  const note = ({ commandName, command }: { commandName: string; command: object }) => {
    if (!atTimes(command)) commands.push({ name: commandName, command })
  }
  const client = site.database.getClient()
  client.on('commandStarted', note)
  const answer = await act(site.visitor())
  client.off('commandStarted', note)
  return { answer, commands, letter: (await outbox().findOne())?.letter }
}

/** The same without what is random or the time in every request, and with a mark where the address stands. */
function plain(email: string, { answer, commands, letter }: Seen) {
  const { 'x-request-id': _id, date: _date, 'set-cookie': cookies, ...headers } = answer.headers
  const withoutRandom = (value: unknown) =>
    JSON.stringify(value, (key, one: unknown) =>
      ['lsid', '$clusterTime', 'txnNumber'].includes(key) ? undefined : one,
    )
      .replaceAll(email, '<address>')
      .replace(/[0-9a-f]{24,64}/g, '<id>')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replace(/(originalMaxAge[^\d]+)\d+/g, '$1<milliseconds>') // what is left, which depends on the moment
      .replace(/captcha-[\w-]{8}/g, 'captcha')
      .replace(/\\?"answer\\?":\\?"[\w+/=]+/g, 'answer') // encrypted, each time in another way
  return {
    status: answer.status,
    headers,
    cookies: ([cookies].flat() as string[]).map((one) =>
      one.replace(/=[^;]+/, '').replace(/Expires=[^;]+/, ''),
    ),
    body: answer.text,
    commands: commands.map(({ name, command }) => ({ name, command: withoutRandom(command) })),
    letter: JSON.parse(withoutRandom(letter)) as unknown,
  }
}
