// The link of a letter about something that its reader has not done: looking changes nothing, and a press ends everything once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../../config/i18n.ts'
import { queueLetter, type Letter } from '../../../../models/mail/outbox.ts'
import { issueToken } from '../../../../models/mail/token.ts'
import { User } from '../../../../models/user.ts'
import { addPasskey, optionsOn, type Authenticator } from '../../../authenticator.ts'
import { openSite, type Site } from '../../../helper.ts'
import { memberWithApp } from '../../../two-factor.ts'
import { page, titleOf } from '../../../visitor.ts'

const DAY = 24 * 60 * 60 * 1000
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off' })
})
afterAll(() => site.close())

describe('GET /account/not-me/:token', () => {
  it('shows whose account it is and a form, tells its address to nobody, and changes nothing (ASVS 14.2.1)', async () => {
    const { owner, user, link } = await person()
    const before = await User.findById(user._id).lean()

    for (const look of [await scanner().get(link), await scanner().agent.head(link)]) {
      expect(look.status).toBe(200)
      expect(look.headers).toMatchObject({
        'referrer-policy': 'strict-origin',
        'cache-control': 'no-store',
      })
    }
    const answer = await scanner().get(link)

    expect(titleOf(answer)).toContain(t('account.not-me.title'))
    expect(page(answer).querySelector('main p')?.text).toContain(user.username)
    expect(page(answer).querySelector('main')?.outerHTML).not.toContain(link.split('/')[3])
    expect((await scanner().post(link, {})).status).toBe(403) // without the form's token
    expect((await owner.get('/account')).status).toBe(200)
    expect(await User.findById(user._id).lean()).toEqual(before)
    expect((await scanner().get(`${link}x`)).status).toBe(404)
  })
})

describe('POST /account/not-me/:token', () => {
  it('ends every session, forgets every device and a waiting address, and mails a link for a new password', async () => {
    const { owner, user, link } = await person()
    const waiting = await issueToken('email-change', user.id, {
      emailKey: user.emailKey ?? '',
      newEmail: 'thief@example.com',
    })
    const atAddress = { address: 'thief@example.com', askedAt: new Date() }
    await User.updateOne({ _id: user._id }, { $set: { pendingEmail: atAddress } })
    expect((await scanner().get(`/account/email/${waiting}`)).status).toBe(200)

    const answer = await scanner().fill(link, {})

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect((await owner.get('/account')).status).toBe(303)
    const after = await User.findById(user._id).lean()
    expect([after?.devices, after?.twoFactor?.trusted, after?.pendingEmail]).toEqual([
      [],
      undefined,
      undefined,
    ])
    expect((await scanner().get(`/account/email/${waiting}`)).status).toBe(404)
    const [mail] = await site.mails()
    expect([mail?.to, mail?.subject]).toEqual([user.email, t('mail.password-reset.subject')])
    expect((await scanner().get(mail?.link ?? '')).status).toBe(200)
    const line = site.log.map((text) => JSON.parse(text) as { event?: string; count?: number })
    expect(line.findLast(({ event }) => event === 'not-me')?.count).toBe(1)
  })

  it('lets no sign-in be completed that was under way', async () => {
    const { user, link, code } = await person()
    const thief = scanner()
    await thief.signIn({ username: user.username })

    await scanner().fill(link, {})
    await thief.fill('/login/second-factor', { code: code() })

    expect((await thief.get('/account')).status).toBe(303)
  })

  it('removes the passkeys of the last seven days, by which a thief would come in again, and leaves older ones', async () => {
    const { owner, user, link } = await person()
    const [old, young] = [await addPasskey(owner), await addPasskey(owner)]
    const weekAgo = new Date(Date.now() - 7 * DAY - 1000)
    const ofOld = { _id: user._id, 'passkeys.id': old.authenticator.id }
    await User.updateOne(ofOld, { $set: { 'passkeys.$.madeAt': weekAgo } })

    await scanner().fill(link, {})

    expect((await signInBy(old.authenticator)).headers.location).toBe('/account')
    expect((await signInBy(young.authenticator)).status).toBe(422)
  })

  it('signs out whoever presses, and says what is left to do', async () => {
    const { owner, link } = await person()

    const answer = await owner.fill(link, {})

    expect(
      page(await owner.get(answer.headers.location ?? '')).querySelector('main')?.text,
    ).toContain(t('notice.not-me'))
    expect((await owner.get('/account')).status).toBe(303)
  })

  it('counts once, whichever letter its link is from, and of parallel presses one does', async () => {
    const { user, link } = await person()
    const other = await linkOf({ kind: 'username-changed', userId: user.id, before: 'x' })
    const visitors = [link, link, link].map((path) => ({ path, visitor: scanner() }))
    const tokens = await Promise.all(visitors.map(({ visitor }) => visitor.token('/home')))

    const answers = await Promise.all(
      visitors.map(({ path, visitor }, index) =>
        visitor.post(path, { _csrf: tokens[index] ?? '' }),
      ),
    )

    expect(answers.map(({ status }) => status).sort()).toEqual([303, 404, 404])
    for (const path of [link, other]) {
      const gone = await scanner().send(path, {})
      expect([gone.status, titleOf(gone)]).toEqual([
        404,
        expect.stringContaining(t('account.not-me.gone-title')),
      ])
    }
    const subject = t('mail.password-reset.subject')
    const resets = (await site.mails()).filter(
      (one) => one.to === user.email && one.subject === subject,
    )
    expect(resets).toHaveLength(1)
  })

  it('counts for seven days, with another password too, and not with another address or a lock', async () => {
    const { user, link } = await person()
    const status = async (fields: object) => {
      await User.updateOne({ _id: user._id }, { $set: fields })
      return (await scanner().get(link)).status
    }
    const tokens = site.database.collection('tokens')
    const ofUser = { userId: user.id, purpose: 'not-me' }
    const left = Number((await tokens.findOne(ofUser))?.expires) - Date.now()

    const found = [
      await status({ passwordChangedAt: new Date() }),
      await status({ lockedAt: new Date() }),
      await status({ lockedAt: null, emailKey: 'another@example.com' }),
      await status({ emailKey: user.emailKey }),
    ]
    await tokens.updateOne(ofUser, { $set: { expires: new Date() } })

    expect(found).toEqual([200, 404, 404, 200])
    expect(left).toBeGreaterThan(6 * DAY)
    expect(left).toBeLessThanOrEqual(7 * DAY)
    expect(await status({})).toBe(404)
  })

  it('is in every letter to a confirmed address about something done, and in none to another', async () => {
    const { user } = await person()
    const userId = user.id
    const kinds = [
      'two-factor-on',
      'two-factor-off',
      'recovery-codes-renewed',
      'account-locked',
    ] as const
    const letters: Letter[] = [
      ...kinds.map((kind) => ({ kind, userId })),
      { kind: 'new-device', userId, address: '192.0.2.1' },
      { kind: 'recovery-code-used', userId, left: 3 },
      { kind: 'recovery-codes-used-up', userId, left: 0 },
      { kind: 'email-change-asked', userId, email: 'next@example.com' },
    ]

    for (const letter of letters) {
      expect([letter.kind, await linkOf(letter)]).toEqual([
        letter.kind,
        expect.stringMatching(/^\/account\/not-me\/[\w-]{43}$/),
      ])
    }
    await User.updateOne({ _id: user._id }, { $unset: { emailVerifiedAt: 1 } })
    expect(await linkOf({ kind: 'password-changed', userId })).toBe('/password-reset')
  })
})

/** A member with an app on a trusted device, the browser in which they are signed in, and the link of a letter. */
async function person() {
  const { visitor: owner, username, code } = await memberWithApp(site)
  const at = new Date()
  const one = { hash: 'of a device', at, until: new Date(at.getTime() + DAY) }
  await User.updateOne(
    { username },
    {
      $set: { emailVerifiedAt: at, devices: [{ hash: 'of one', at }], 'twoFactor.trusted': [one] },
    },
  )
  const user = await User.findOne({ username }).orFail()
  return {
    owner,
    user,
    code,
    link: await linkOf({ kind: 'password-changed', userId: user.id }),
  }
}

async function linkOf(letter: Letter): Promise<string> {
  await queueLetter(letter, 'en')
  return (await site.mails())[0]?.link ?? ''
}

async function signInBy(authenticator: Authenticator) {
  const visitor = site.visitor()
  const options = optionsOn(await visitor.get('/login/passkey'))
  return visitor.send('/login/passkey', { credential: authenticator.use(options) })
}

function scanner() {
  return site.visitor()
}
