// Who is there: before what is dangerous, a member whose sign-in is not fresh any more shows once more who they are.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { recent, recentForm } from '../../middleware/session/recent.ts'
import { User } from '../../models/user.ts'
import { withSession } from '../../routes/index.ts'
import { sessionKey, sessionsOf } from '../documents.ts'
import { openSite, validPassword, type Site } from '../helper.ts'
import { frameOf, problemOf, Script } from '../script.ts'
import { memberWithApp, wrongCode } from '../two-factor.ts'
import { errorsOf, page, valueOf, type Visitor } from '../visitor.ts'

const PATH = '/confirm'
const MINUTE = 60_000
const t = translator('en')
const current = validPassword
const next = '/account/email'
const toConfirm = (path: string) => `${PATH}?next=${encodeURIComponent(path)}`

let site: Site
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on', SESSION_IDLE_MINUTES: '60' })
})
afterEach(() => vi.useRealTimers())
afterAll(() => site.close())

/** Somebody whose sign-in was so many minutes ago. */
async function memberAfter<Somebody extends { visitor: Visitor }>(
  minutes: number,
  somebody: Somebody,
): Promise<Somebody> {
  await somebody.visitor.token('/home') // one that counts until the session gets another id
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * MINUTE })
  return somebody
}
async function newMember() {
  const visitor = site.visitor()
  const { username = '' } = await visitor.becomeMember()
  return { visitor, username }
}
const placeOf = async (visitor: Visitor, path: string) => {
  const { status, headers } = await visitor.get(path)
  return status === 303 ? headers.location : status
}

// Two of the pages are dangerous by some of their forms alone.
const guarded = withSession
  .filter(([, guard]) => [guard].flat().some((one) => one === recent || one === recentForm))
  .map(([path, , { show, submit }]) => ({ path, reads: Boolean(show), writes: Boolean(submit) }))
  .concat({ path: '/account/two-factor/recovery-codes', reads: true, writes: true })
  .map((one) => ({ ...one, fields: {} }))
const dangerous = [
  ...guarded,
  { path: '/account/sessions', reads: false, writes: true, fields: { end: 'others' } },
]

describe('A session whose sign-in is not fresh', () => {
  it('leads from every dangerous page and form to /confirm, as HTML and in JSON (ASVS 7.5.1, 7.5.2, 7.5.3)', async () => {
    const { visitor, username } = await memberAfter(21, await newMember())
    const Accept = 'application/json'
    const _csrf = await visitor.token('/home')
    const before = await User.findOne({ username }).lean()

    for (const { path, reads, writes, fields } of dangerous) {
      const body = { _csrf, username, email: 'new@example.com', ...fields }
      const html = [
        ...(reads ? [await visitor.get(path)] : []),
        ...(writes ? [await visitor.post(path, body)] : []),
      ]
      const json = [
        ...(reads ? [await visitor.get(path, { Accept })] : []),
        ...(writes ? [await visitor.post(path, body, { Accept })] : []),
      ]
      for (const answer of html) {
        expect([path, answer.status, answer.headers.location]).toEqual([path, 303, toConfirm(path)])
      }
      for (const answer of json) {
        const { type, title } = problemOf(answer)
        expect([path, answer.status, type, title]).toEqual([
          path,
          403,
          'urn:sesame:problem:confirmation-needed',
          t('confirm.title'),
        ])
      }
    }

    expect(guarded.map(({ path }) => path)).toEqual(
      expect.arrayContaining(
        ['email', 'export', 'delete', 'passkeys', 'two-factor', 'two-factor/off'].map(
          (one) => `/account/${one}`,
        ),
      ),
    )
    expect(await User.findOne({ username }).lean()).toEqual(before)
    const others = ['/account', '/account/sessions', '/account/password', '/account/activity']
    for (const path of others) expect(await placeOf(visitor, path)).toBe(200)
  })

  it('is fresh for ten minutes at a page and twenty at its form, however it is used meanwhile', async () => {
    const opened = await memberAfter(10 - 0.1, await newMember())
    expect(await placeOf(opened.visitor, next)).toBe(200)
    const _csrf = await opened.visitor.token('/home')
    vi.setSystemTime(Date.now() + 0.2 * MINUTE)
    expect(await placeOf(opened.visitor, next)).toBe(toConfirm(next))
    vi.setSystemTime(Date.now() + 9.7 * MINUTE)
    const inTime = await opened.visitor.post(next, { _csrf, email: 'in-time@example.com' })
    vi.setSystemTime(Date.now() + 0.2 * MINUTE)
    const late = await opened.visitor.post(next, { _csrf, email: 'late@example.com' })

    expect(inTime.headers.location).toBe(next)
    expect(late.headers.location).toBe(toConfirm(next))
    expect((await site.mails()).map(({ to }) => to)).not.toContain('late@example.com')
  })

  it('counts from a sign-in by the form, which "Keep me signed in" does not stretch', async () => {
    const visitor = site.visitor()
    const { username } = await newMember()
    await visitor.signIn({ username, remember: 'on' })
    expect(await placeOf(visitor, next)).toBe(200)

    await memberAfter(11, { visitor })

    expect(await placeOf(visitor, next)).toBe(toConfirm(next))
  })

  it('may still save the recovery codes that the page before shows', async () => {
    const { visitor, codes } = await memberAfter(21, await memberWithApp(site))

    const answer = await visitor.send('/account/two-factor/recovery-codes', {
      codes: codes.join(' '),
    })

    expect(answer.text).toBe(`${codes.join('\n')}\n`)
  })
})

describe(`POST ${PATH}`, () => {
  it('takes the password, gives the session a new id, and leads on (ASVS 7.2.4)', async () => {
    const { visitor } = await memberAfter(21, await newMember())
    const sid = visitor.cookie('sid')
    const old = sessionKey(visitor)

    const refused = await visitor.fill(toConfirm(next), { current: 'wrong' })
    const still = await placeOf(visitor, next)
    const answer = await visitor.fill(toConfirm(next), { current })

    expect([refused.status, still, valueOf(refused, 'next')]).toEqual([422, toConfirm(next), next])
    expect(errorsOf(refused)).toEqual({ current: t('errors.current.wrong') })
    expect([answer.status, answer.headers.location]).toEqual([303, next])
    expect(await placeOf(visitor, next)).toBe(200)
    expect(visitor.cookie('sid')).not.toBe(sid)
    expect(await sessionsOf(site).findOne({ _id: old })).toBeNull()
  })

  it('takes a code of the app or a recovery code, each once, of whoever has them, and of nobody else', async () => {
    const { visitor, code, codes, secret } = await memberAfter(21, await memberWithApp(site))
    const without = await newMember()
    const shown = page(await visitor.get(toConfirm(next)))
    const links = shown.querySelectorAll('main p a').map((link) => link.getAttribute('href'))
    const right = code()
    const recovery = codes[0] ?? ''
    const confirm = async (fields: Record<string, string>) => {
      const { status } = await visitor.send(PATH, fields)
      await sessionsOf(site).updateOne(
        { _id: sessionKey(visitor) },
        { $unset: { 'session.confirmedAt': 1 } },
      )
      return status
    }

    expect(links.slice(1)).toEqual(
      ['code', 'recovery'].map((way) => `${toConfirm(next)}&with=${way}`),
    )
    expect(await confirm({ code: wrongCode(secret) })).toBe(422)
    expect([await confirm({ code: right }), await confirm({ code: right })]).toEqual([303, 422])
    expect([await confirm({ recovery }), await confirm({ recovery })]).toEqual([303, 422])
    expect(await confirm({ current })).toBe(303)
    expect((await without.visitor.send(PATH, { code: right })).status).toBe(422)
    expect((await without.visitor.send(PATH, { recovery })).status).toBe(422)
    const plain = page(await without.visitor.get(`${PATH}?with=code`))
    expect(plain.querySelector('[name=code]')).toBeNull()
  })

  it.each([
    ['//evil.example', '/account'],
    ['/account/activity', '/account/activity'],
    ['/account/export', '/account'], // a file leaves the page where it is
  ])('leads to a page of this site alone: for %s to %s (ASVS 3.7.2)', async (wanted, place) => {
    const { visitor } = await newMember()

    const answer = await visitor.send(PATH, { current, next: wanted })

    expect(answer.headers.location).toBe(place)
  })

  it('counts wrong passwords like sign-ins: the sixth is refused though it is right (ASVS 6.3.4)', async () => {
    const { visitor } = await newMember()
    for (let turn = 0; turn < 5; turn++) await visitor.fill(PATH, { current: 'wrong' })

    const answer = await visitor.fill(PATH, { current })

    expect(answer.status).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(await placeOf(visitor, '/account')).toBe(200)
  })

  it('counts for this session alone, and not after a change of the password', async () => {
    const { visitor, username } = await newMember()
    const elsewhere = site.visitor()
    await elsewhere.signIn({ username })
    await memberAfter(21, { visitor })
    await visitor.fill(PATH, { current })

    expect(await placeOf(visitor, next)).toBe(200)
    expect(await placeOf(elsewhere, next)).toBe(toConfirm(next))
    const password = 'another lantern in the cave'
    await visitor.fill('/account/password', { current, password })
    expect(await placeOf(visitor, '/account')).toBe(200)
    expect(await placeOf(visitor, next)).toBe(toConfirm(next))
  })

  it('answers in JSON what comes next, and a token that works', async () => {
    const script = new Script(site.app)
    await script.becomeMember()
    await memberAfter(21, { visitor: script })

    const refused = await script.write(PATH, { current: 'wrong' })
    const answer = await script.write(PATH, { current, next })
    const sent = await script.write(next, { email: 'by-script@example.com' })

    expect(problemOf(refused).errors).toEqual({ current: t('errors.current.wrong') })
    expect([answer.status, frameOf(answer).next]).toEqual([200, next])
    expect(frameOf(sent).notice?.code).toBe('email-change-sent')
  })
})

describe('A form that is sent too late', () => {
  const secrets = { current, password: 'a secret', code: '123456', recovery: 'abcd-efgh' }
  const late = async (fields: Record<string, string>, headers = {}) => {
    const { visitor } = await memberAfter(21, await newMember())
    await visitor.post(next, fields, headers)
    return visitor
  }
  const formAfter = async (visitor: Visitor) => {
    await visitor.fill(toConfirm(next), { current })
    return visitor.get(next)
  }

  it('comes back after the confirmation as it was typed, secrets excepted, and is done only when it is sent again', async () => {
    const { visitor } = await memberAfter(21, await newMember())
    await visitor.send(next, { email: 'kept@example.com', ...secrets })
    const stored = JSON.stringify(await sessionsOf(site).findOne({ _id: sessionKey(visitor) }))

    const form = await formAfter(visitor)
    const mailed = (await site.mails()).map(({ to }) => to)
    const done = await visitor.fill(next, { email: valueOf(form, 'email') ?? '' })

    expect(stored).toContain('kept@example.com')
    for (const secret of Object.values(secrets)) expect(stored).not.toContain(secret)
    expect(valueOf(form, 'email')).toBe('kept@example.com')
    expect(page(form).querySelector('[role=status]')?.text).toContain(t('notice.form-stale'))
    expect(mailed).not.toContain('kept@example.com')
    expect(done.headers.location).toBe(next)
    expect(valueOf(await visitor.get(next), 'email')).toBe('')
  })

  it('is forgotten after ten minutes, where it is too long, and on other pages', async () => {
    const { visitor } = await memberAfter(21, await newMember())
    const wait = (minutes: number) => vi.setSystemTime(Date.now() + minutes * MINUTE)

    await visitor.send(next, { email: 'old@example.com' })
    wait(11)
    const old = await formAfter(visitor)
    wait(21)
    await visitor.send(next, { email: 'x'.repeat(3000) })
    const long = await formAfter(visitor)
    wait(21)
    await visitor.send(next, { username: 'typed elsewhere' })
    await visitor.fill(PATH, { current })
    const elsewhere = await visitor.get('/account/delete')

    expect([old, long].map((form) => valueOf(form, 'email'))).toEqual(['', ''])
    expect(valueOf(elsewhere, 'username')).toBe('')
  })

  it('is kept only where it is ours, as its token or the browser says', async () => {
    const email = 'ours@example.com'
    const unmarked = await late({ email })
    const empty = valueOf(await formAfter(unmarked), 'email')
    vi.useRealTimers()
    const marked = await late({ email }, { 'Sec-Fetch-Site': 'same-origin' })
    const kept = valueOf(await formAfter(marked), 'email')

    expect([empty, kept]).toEqual(['', email])
  })
})
