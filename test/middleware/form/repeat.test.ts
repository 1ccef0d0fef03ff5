// A button that is pressed twice sends its form twice: the second one gets the first one's answer, and nothing is done again.
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Response } from 'supertest'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { sessionsOf, usersOf } from '../../documents.ts'
import { CAPTCHA, openSite, validPassword, type Site } from '../../helper.ts'
import { cookiesOf, newPerson, page, Visitor, type Fields } from '../../visitor.ts'

type Sent = { path: string; fields: Fields; cookie: string }

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const forms: [what: string, open: (visitor: Visitor) => Promise<Sent>, leadsTo: string][] = [
  ['POST /register', async (visitor) => filled(visitor, '/register', newPerson()), '/login'],
  ['POST /login', openSignIn, '/home'],
  ['POST /logout', async (visitor) => asMember(visitor, '/logout'), '/login'],
  [
    'POST /password-reset',
    async (visitor) => filled(visitor, '/password-reset', { email: newPerson().email }),
    '/password-reset',
  ],
  ['POST /password-reset/:token', openReset, '/login'],
  ['POST /verify-email', async (visitor) => asMember(visitor, '/verify-email'), '/verify-email'],
  ['POST /verify-email/:token', openConfirmation, '/login'],
  [
    'POST /account/password',
    async (visitor) =>
      asMember(visitor, '/account/password', { password: 'another lantern in the cave' }),
    '/account',
  ],
  [
    'POST /account/username',
    async (visitor) => asMember(visitor, '/account/username', newPerson()),
    '/account',
  ],
  [
    'POST /account/email',
    async (visitor) => asMember(visitor, '/account/email', { email: newPerson().email }),
    '/account/email',
  ],
  ['POST /account/delete', openDeletion, '/home'],
]

describe.each(forms)('%s', (_what, open, leadsTo) => {
  it('answers a form that comes twice, at once and again with old and new cookies, as it answers one', async () => {
    const visitor = site.visitor()
    const form = await open(visitor)

    const [first, second] = await Promise.all([send(form), send(form)])
    keepCookies(visitor, first)
    const late = await send(form)
    const later = await send({ ...form, cookie: cookieHeader(visitor) })

    const answers = [first, second, late, later]
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303])
    expect(answers.map(({ headers }) => String(headers.location))).toEqual(
      Array<string>(4).fill(leadsTo),
    )
    const cookies = answers.map((one) => valuesOf(one))
    expect(cookies).toEqual(Array(4).fill(cookies[0]))
  })
})

describe('POST /login', () => {
  it('begins one session, also where the browser breaks the first request off', async () => {
    const server = createServer(site.app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const visitor = site.visitor()
    const form = await openSignIn(visitor)
    const { username = '' } = form.fields
    const sessions = async () => sessionsOf(site).countDocuments({ 'session.username': username })
    const claimed = async () => site.database.collection('answers').countDocuments()
    const before = { sessions: await sessions(), claimed: await claimed() }

    const first = request({
      port: (server.address() as AddressInfo).port,
      method: 'POST',
      path: form.path,
      headers: { Cookie: form.cookie, 'Content-Type': 'application/x-www-form-urlencoded' },
    })
    first.on('error', () => undefined)
    first.end(new URLSearchParams(form.fields).toString())
    await vi.waitFor(async () => {
      expect(await claimed()).toBeGreaterThan(before.claimed)
    })
    first.destroy()
    const second = await send(form)
    server.close()

    keepCookies(visitor, second)
    expect([second.status, second.headers.location]).toEqual([303, '/home'])
    expect((await visitor.get('/account')).status).toBe(200)
    expect(await sessions()).toBe(before.sessions + 1)
  })

  it('keeps the answer unreadable, and for nobody but this browser and this form', async () => {
    const visitor = site.visitor()
    const form = await openSignIn(visitor)
    const first = await send(form)
    const sid = cookiesOf(first).sid?.value ?? ''
    const other = site.visitor()
    await other.get('/login')

    const stored = JSON.stringify(await site.database.collection('answers').find().toArray())
    const strangers = await send({ ...form, cookie: cookieHeader(other) })
    const withoutCookie = await send({ ...form, cookie: '' })
    const changed = await send({ ...form, fields: { ...form.fields, password: 'a guess' } })
    const elsewhere = await send({ ...form, path: '/register' })

    expect(stored).not.toContain(sid.slice(4, 30))
    expect(stored).not.toContain(form.fields.username)
    const others = [strangers, withoutCookie, changed, elsewhere]
    expect(others.map(({ status }) => status)).toEqual([403, 403, 422, 422])
    expect(others.flatMap((one) => cookiesOf(one).sid?.value ?? [])).not.toContain(sid)
  })

  it('gives nobody a session back that was ended', async () => {
    const visitor = site.visitor()
    const form = await openSignIn(visitor)
    keepCookies(visitor, await send(form))
    await visitor.fill('/logout', {})

    const repeated = await send(form)

    keepCookies(visitor, repeated)
    expect((await visitor.get('/account')).status).toBe(303)
  })

  it('refuses a form that comes twice for the same reason, which can be mended on either page', async () => {
    const visitor = site.visitor()
    const form = await openSignIn(visitor)
    const fields = { ...form.fields, captcha: CAPTCHA, password: 'not the one of this person' }

    const answers = [await send({ ...form, fields }), await send({ ...form, fields })]

    expect(answers.map(({ status }) => status)).toEqual([422, 422])
    for (const one of answers) {
      expect(page(one).querySelector('main')?.text).toContain(
        translator('en')('errors.credentials'),
      )
    }
  })

  it('judges a form anew whose answer is kept no longer', async () => {
    const visitor = site.visitor()
    const form = await openSignIn(visitor)

    const answered = await send(form)
    await site.database
      .collection('answers')
      .updateMany({}, { $set: { expires: new Date(Date.now() - 1) } })
    const late = await send(form)

    expect([answered.status, late.status]).toEqual([303, 422])
  })
})

describe('POST /account/username', () => {
  it('judges a member’s refused form anew, so that no page of theirs is there after the sign-out', async () => {
    const visitor = site.visitor()
    const form = await asMember(visitor, '/account/username', { username: 'a' })

    const refused = await send(form)
    const repeated = await send(form)
    await visitor.fill('/logout', {})
    const afterwards = await send(form)

    expect([refused, repeated, afterwards].map(({ status }) => status)).toEqual([422, 422, 303])
    expect(afterwards.headers.location).toMatch(/^\/login/)
  })
})

describe('A form without this browser’s token', () => {
  it('is left to the guard, and nothing is kept of it: a page of another site could send many', async () => {
    const form = await openSignIn(site.visitor())
    const kept = async () => site.database.collection('answers').countDocuments()
    const before = await kept()

    const fields = { ...form.fields, _csrf: 'x'.repeat(form.fields._csrf?.length ?? 0) }
    const answers = [await send({ ...form, fields }), await send({ ...form, fields })]

    expect(answers.map(({ status }) => status)).toEqual([403, 403])
    expect(await kept()).toBe(before)
  })
})

describe('POST /account/sessions', () => {
  it('ends again what is asked for by another form with the same token', async () => {
    const member = site.visitor()
    const { username } = await member.becomeMember()
    await site.visitor().signIn({ username: username ?? '' })
    const end = { end: 'others' }
    await member.fill('/account/sessions', end)
    await site.visitor().signIn({ username: username ?? '' })

    await member.send('/account/sessions', {
      ...end,
      formId: (await filled(member, '/account/sessions', {})).fields.formId ?? '',
    })

    expect(await sessionsOf(site).countDocuments({ 'session.username': username })).toBe(1)
  })
})

async function openSignIn(visitor: Visitor, name?: string): Promise<Sent> {
  const username = name ?? (await site.visitor().becomeMember()).username ?? ''
  const form = await filled(visitor, '/login?next=/home', { username, password: validPassword })
  return { ...form, path: '/login' }
}

async function asMember(visitor: Visitor, path: string, fields: Fields = {}): Promise<Sent> {
  await visitor.becomeMember()
  const { password = '', username = '', email = '' } = fields
  return filled(visitor, path, { current: validPassword, password, username, email })
}

async function openDeletion(visitor: Visitor): Promise<Sent> {
  const { username = '' } = await visitor.becomeMember()
  return filled(visitor, '/account/delete', { username })
}

async function openReset(visitor: Visitor): Promise<Sent> {
  const { email = '' } = await site.visitor().becomeMember()
  await usersOf(site).updateOne({ email }, { $set: { emailVerifiedAt: new Date() } })
  await site.visitor().fill('/password-reset', { email })
  return filled(visitor, await linkTo(email), { password: 'another lantern in the cave' })
}

async function openConfirmation(visitor: Visitor): Promise<Sent> {
  const member = site.visitor()
  const { email = '' } = await member.becomeMember()
  await member.fill('/verify-email', {})
  return filled(visitor, await linkTo(email), {})
}

async function linkTo(email: string): Promise<string> {
  return (await site.mails()).find(({ to }) => to === email)?.link ?? ''
}

/** Open a page and fill in its form, without sending it yet. */
async function filled(visitor: Visitor, path: string, fields: Fields): Promise<Sent> {
  const form = page(await visitor.get(path)).querySelector('main form')
  const picture = form?.querySelector('img[src^="/captcha"]')?.getAttribute('src')
  if (picture !== undefined) await visitor.get(picture)
  const hidden = (form?.querySelectorAll('input[type=hidden]') ?? []).map((input) => [
    input.getAttribute('name') ?? '',
    input.getAttribute('value') ?? '',
  ])
  const all = { ...(Object.fromEntries(hidden) as Fields), captcha: CAPTCHA, ...fields }
  return { path, fields: all, cookie: cookieHeader(visitor) }
}

async function send({ path, fields, cookie }: Sent): Promise<Response> {
  return site.visitor().post(path, fields, cookie === '' ? {} : { Cookie: cookie })
}

function cookieHeader(visitor: Visitor): string {
  return visitor.agent.jar
    .getCookies({ domain: '127.0.0.1', path: '/', secure: false, script: false })
    .toValueString()
}

function keepCookies(visitor: Visitor, answer: Response): void {
  for (const line of answer.get('Set-Cookie') ?? []) {
    visitor.agent.jar.setCookie(line, '127.0.0.1', '/')
  }
}

function valuesOf(answer: Response): Fields {
  return Object.fromEntries(
    Object.entries(cookiesOf(answer)).map(([name, { value }]) => [name, value]),
  )
}
