// A member does without a password: passkeys alone let them in, and whatever is taken away afterwards, enough is left for that.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../../config/i18n.ts'
import { removePasskey } from '../../../../models/account/passkeys.ts'
import { removePassword } from '../../../../models/account/password-change/removal.ts'
import { endTwoFactor } from '../../../../models/account/two-factor.ts'
import { User } from '../../../../models/user.ts'
import { addPasskey, Authenticator, optionsOn } from '../../../authenticator.ts'
import { sessionKey, sessionsOf } from '../../../documents.ts'
import { openSite, uniqueUsername, validPassword, type Site } from '../../../helper.ts'
import { frameOf, problemOf, Script } from '../../../script.ts'
import { contextOf, enterAs, giveApp } from '../../../two-factor.ts'
import { errorsOf, page, type Visitor } from '../../../visitor.ts'

const PATH = '/account/password/remove'
const NEW = 'another lantern, another cave'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off', THROTTLE: 'on' })
})
afterAll(() => site.close())

describe(`POST ${PATH}`, () => {
  it('removes it where there are two passkeys: they alone sign in, other sessions end, and the owner hears of it', async () => {
    const { visitor, username, authenticators } = await memberWith({ passkeys: 2 })
    const other = site.visitor()
    await enterAs(site, other, username)
    const before = visitor.cookie('sid')

    const answer = await visitor.fill(PATH, {})

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect(visitor.cookie('sid')).not.toBe(before)
    expect(page(await visitor.get('/account')).querySelector('[role=status]')?.text).toContain(
      t('notice.password-removed'),
    )
    expect((await other.get('/account')).status).toBe(303)
    expect((await site.mails()).map(({ subject }) => subject)).toContain(
      t('mail.password-removed.subject'),
    )
    expect((await visitor.get('/account/activity')).text).toContain(
      t('account.activity.events.password-removed'),
    )
    const options = optionsOn(await other.get('/login/passkey'))
    const credential = authenticators[0]?.use(options) ?? ''
    expect((await other.send('/login/passkey', { credential })).headers.location).toBe('/account')
    const exported = await other.get('/account/export')
    expect(exported.body).toMatchObject({ account: { hasPassword: false } })
  })

  it('is refused, and nobody is signed out, where too little would be left to get in', async () => {
    const one = await memberWith({ passkeys: 1 })
    const unchecked = await memberWith({ passkeys: 1 })
    const touched = new Authenticator()
    touched.verifies = false
    await addPasskey(unchecked.visitor, touched)
    const unconfirmed = await memberWith({ passkeys: 1, codes: true, isConfirmed: false })
    const app = await memberWith({ passkeys: 0, codes: true })

    for (const { visitor, username } of [one, unchecked, unconfirmed, app]) {
      const other = site.visitor()
      await enterAs(site, other, username)
      const shown = await visitor.get(PATH)
      const answer = await visitor.send(PATH, {})

      expect(page(shown).querySelector('main form')).toBeNull()
      expect([answer.status, answer.text.includes(t('errors.password.needed'))]).toEqual([
        422,
        true,
      ])
      expect((await other.get('/account')).status).toBe(200)
      expect((await other.send('/confirm', { current: validPassword })).status).toBe(303)
    }
  })

  it('removes nothing twice', async () => {
    const { visitor, username, authenticators } = await memberWithout({ passkeys: 2 })
    await confirm(visitor, authenticators[0])
    const before = (await User.findOne({ username }).lean())?.passwordChangedAt

    const again = await visitor.send(PATH, {})

    expect(again.status).toBe(422)
    expect((await visitor.get(PATH)).headers.location).toBe('/account/password')
    expect((await User.findOne({ username }).lean())?.passwordChangedAt).toEqual(before)
  })

  it('answers in JSON what is missing, and what comes next', async () => {
    const script = new Script(site.app)
    const { username = '' } = await script.becomeMember()

    const refused = await script.write(PATH, {})
    for (const _ of [1, 2]) await addByScript(script)
    const state = (await script.read('/account/password')).body as unknown
    const done = await script.write(PATH, {})
    const after = await script.write('/account/username', { username: uniqueUsername() })

    expect(problemOf(refused).errors).toEqual({ password: t('errors.password.needed') })
    expect(state).toMatchObject({ hasPassword: true, isRemovable: true })
    expect(frameOf(done)).toMatchObject({ next: '/account', notice: { code: 'password-removed' } })
    expect(problemOf(after).type).toBe('urn:sesame:problem:confirmation-needed')
    expect((await User.findOne({ username }).lean())?.password).toBe('none')
  })
})

describe('An account without a password', () => {
  it('is not told from one with a wrong password at /login (ASVS 6.3.8)', async () => {
    const { username } = await memberWithout()
    const known = await site.visitor().becomeMember()
    const answerOf = async (name: string, password: string) => {
      const { status, text, headers } = await site.visitor().signIn({ username: name, password })
      const same = text.replaceAll(name, '…').replace(/(_csrf|formId)" value="[^"]*"/g, '')
      return { status, text: same, length: Object.keys(headers).sort() }
    }

    const answer = await answerOf(username, validPassword)

    expect(answer).toEqual(await answerOf(known.username ?? '', 'wrong'))
    expect(answer.status).toBe(422)
    for (const password of ['none', 'wrong', 'wrong', 'wrong']) await answerOf(username, password)
    expect((await answerOf(username, validPassword)).status).toBe(429)
  })

  it('asks at /confirm for a passkey, or a code, before each page that asks others for the password', async () => {
    const { visitor, authenticators, username } = await memberWithout({ passkeys: 1, codes: true })
    const without = await memberWithout()
    const next = '/account/username'
    const fieldsOf = async (someone: Visitor) =>
      page(await someone.get('/confirm'))
        .querySelectorAll('main form input:not([type=hidden])')
        .map((input) => input.getAttribute('name'))
    for (const path of [next, '/account/password', '/account/email', '/account/delete']) {
      expect((await visitor.get(path)).headers.location).toBe(
        `/confirm?next=${encodeURIComponent(path)}`,
      )
    }
    const fields = [await fieldsOf(visitor), await fieldsOf(without.visitor)]
    const password = await visitor.send('/confirm', { current: validPassword })

    await confirm(visitor, authenticators[0])
    const name = uniqueUsername()
    const renamed = await visitor.fill(next, { username: name })
    const deleted = await visitor.fill('/account/delete', { username: name })

    expect(fields).toEqual([['code'], []])
    expect(password.status).toBe(422)
    expect(renamed.headers.location).toBe('/account')
    expect(deleted.headers.location).toBe('/home')
    expect(await User.exists({ username })).toBeNull()
  })

  it('gets one again at /account/password, without being asked for the old one', async () => {
    const { visitor, authenticators, username } = await memberWithout()
    const token = await visitor.token('/home')
    const tooEarly = await visitor.post('/account/password', { password: NEW, _csrf: token })
    await confirm(visitor, authenticators[0])
    const shown = page(await visitor.get('/account/password'))

    const answer = await visitor.fill('/account/password', { password: NEW })

    expect(tooEarly.headers.location).toContain('/confirm')
    expect(shown.querySelector('[name=current]')).toBeNull()
    expect(answer.headers.location).toBe('/account')
    const elsewhere = site.visitor()
    expect((await elsewhere.signIn({ username, password: NEW })).headers.location).toBe('/account')
    expect((await visitor.get(PATH)).headers.location).toContain('/confirm')
  })

  it('gets one again by a mailed link, which does not skip the second factor', async () => {
    const { username, email, codes } = await memberWithout({ passkeys: 1, codes: true })
    const visitor = site.visitor()
    await visitor.fill('/password-reset', { email })
    const link = (await site.mails()).find((mail) => mail.to === email)?.link ?? ''

    await visitor.fill(link, { password: NEW })
    const first = await visitor.signIn({ username, password: NEW })
    const second = await visitor.send('/login/second-factor', { recovery: codes[0] ?? '' })

    expect(first.headers.location).toBe('/login/second-factor')
    expect(second.headers.location).toBe('/account')
  })
})

describe('The last ways into an account without a password', () => {
  it('stay: no passkey is removed and no app turned off without which too little would be left', async () => {
    const two = await memberWithout()
    const codes = await memberWithout({ passkeys: 1, codes: true })
    const remove = async ({ visitor, authenticators }: Somebody) => {
      await confirm(visitor, authenticators[0])
      return visitor.fill(`/account/passkeys/${authenticators[0]?.id ?? ''}`, {})
    }

    const answers = [await remove(two), await remove(codes)]
    const off = await codes.visitor.fill('/account/two-factor/off', {})
    await User.updateOne({ username: codes.username }, { 'twoFactor.recoveryCodes': [] }) // used up
    const usedUp = await remove(codes)
    await addPasskey(two.visitor)
    const spare = await remove(two)

    for (const answer of [...answers, usedUp]) {
      expect(errorsOf(answer)).toEqual({ credential: t('errors.passkey.last') })
    }
    expect(errorsOf(off)).toEqual({ app: t('errors.app.last') })
    expect(spare.headers.location).toBe('/account/passkeys')
  })

  it('stay whatever is sent at the same moment', async () => {
    const three = await memberWithout({ passkeys: 3 })
    const mixed = await memberWithout({ passkeys: 2, codes: true })
    const before = await memberWith({ passkeys: 2 })
    const removeAll = async ({ username, authenticators }: Somebody) => {
      const context = await contextOf(site, username)
      return authenticators.map(({ id }) => removePasskey(id, context))
    }
    const contexts = await Promise.all(
      [mixed, before].map(({ username }) => contextOf(site, username)),
    )

    await Promise.all([
      ...(await removeAll(three)),
      ...(await removeAll(mixed)),
      ...(await removeAll(before)),
      ...contexts.slice(0, 1).map(endTwoFactor),
      ...contexts.slice(1).map(removePassword),
    ])

    for (const { username } of [three, mixed, before]) {
      const user = await User.findOne({ username }).lean()
      const passkeys = user?.passkeys?.length ?? 0
      const codes = user?.twoFactor?.recoveryCodes.length ?? 0
      const isOpen = user?.password !== 'none' || passkeys > 1 || (passkeys === 1 && codes > 0)
      expect([username, passkeys, codes, isOpen]).toEqual([username, passkeys, codes, true])
    }
  })
})

type Somebody = Awaited<ReturnType<typeof memberWith>>
type Has = { passkeys: number; codes?: boolean; isConfirmed?: boolean }

async function memberWith({ passkeys, codes = false, isConfirmed = true }: Has) {
  const visitor = site.visitor()
  const { username = '', email = '' } = await visitor.becomeMember()
  if (isConfirmed) await User.updateOne({ username }, { emailVerifiedAt: new Date() })
  const app = codes ? await giveApp(site, username) : undefined
  await enterAs(site, visitor, username)
  const authenticators: Authenticator[] = []
  for (let count = 0; count < passkeys; count++) {
    authenticators.push((await addPasskey(visitor)).authenticator)
  }
  return { visitor, username, email, authenticators, codes: app?.codes ?? [] }
}

/** Somebody who has removed the password, and was not asked since who is there. */
async function memberWithout(has: Has = { passkeys: 2 }) {
  const somebody = await memberWith(has)
  const { status } = await somebody.visitor.fill(PATH, {})
  if (status !== 303) throw new Error(`The password was not removed: ${status}`)
  return somebody
}

async function confirm(visitor: Visitor, authenticator: Authenticator | undefined) {
  await sessionsOf(site).updateOne(
    { _id: sessionKey(visitor) },
    { $unset: { 'session.confirmedAt': 1 } },
  )
  const credential = authenticator?.use(optionsOn(await visitor.get('/confirm'))) ?? ''
  const { status } = await visitor.send('/confirm', { credential })
  if (status !== 303) throw new Error(`The passkey was not taken: ${status}`)
}

async function addByScript(script: Script) {
  const { options } = (await script.read('/account/passkeys')).body as {
    options: Parameters<Authenticator['create']>[0]
  }
  await script.write('/account/passkeys', { credential: new Authenticator().create(options) })
}
