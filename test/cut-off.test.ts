// The database is cut off at each write of each operation in turn: afterwards it is done as a whole, or not at all.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { UserDocument } from '../models/user.ts'
import { find, lettersOf, linkFor, openCutSite, reload, rows, type CutSite } from './cut-off.ts'
import { usersOf } from './documents.ts'
import { CAPTCHA, validPassword } from './helper.ts'
import { newPerson, type Visitor } from './visitor.ts'

let cutSite: CutSite
beforeAll(async () => {
  cutSite = await openCutSite()
})
afterEach(() => cutSite.mend())
afterAll(() => cutSite.close())

describe('An operation that is cut off at any of its writes', () => {
  it('POST /register: no account, or one whose letter is sent', async () => {
    const count = await cutSite.cutAtEach(async () => {
      const person = newPerson()
      const visitor = cutSite.site.visitor()
      const fields = { ...person, captcha: CAPTCHA, _csrf: await visitor.token('/register') }
      await visitor.get('/captcha')
      return {
        act: () => visitor.post('/register', fields),
        check: async () => {
          const user = await find(person.username)
          expect(await lettersOf(user)).toEqual(user ? ['verify-email'] : [])
        },
      }
    })

    expect(count).toBeGreaterThan(3)
  })

  it('POST /account/password: the old password, or the new one alone, without links, other sessions or silence', async () => {
    const count = await cutSite.cutAtEach(async () => {
      const { visitor, user, elsewhere } = await cutSite.member()
      await linkFor(user, 'password-reset')
      const fields = { current: validPassword, password: 'another lantern in the cave' }
      const token = await visitor.token('/home')
      return {
        act: () => visitor.post('/account/password', { ...fields, _csrf: token }),
        left: () =>
          expectOut(elsewhere, user, ({ passwordChangedAt }) => passwordChangedAt != null),
        check: async () => {
          const { passwordChangedAt } = await reload(user)
          const isElsewhere = (await elsewhere.get('/account')).status === 200
          const links = await rows('tokens').countDocuments({ userId: user._id.toString() })
          expect([links, isElsewhere ? 0 : 1, await lettersOf(user)]).toEqual(
            passwordChangedAt ? [0, 1, ['password-changed']] : [1, isElsewhere ? 0 : 1, []],
          )
        },
      }
    })

    expect(count).toBeGreaterThan(6)
  })

  it('POST /password-reset/:token: the link still counts, or the new password alone does', async () => {
    const count = await cutSite.cutAtEach(async () => {
      const { user, elsewhere } = await cutSite.member({ emailVerifiedAt: new Date() })
      const path = `/password-reset/${await linkFor(user, 'password-reset')}`
      const visitor = cutSite.site.visitor()
      const token = await visitor.token('/home')
      const fields = { password: 'another lantern in the cave', _csrf: token }
      return {
        act: () => visitor.post(path, fields),
        left: () =>
          expectOut(elsewhere, user, ({ passwordChangedAt }) => passwordChangedAt != null),
        check: async () => {
          const { passwordChangedAt } = await reload(user)
          expect((await visitor.get(path)).status).toBe(passwordChangedAt ? 404 : 200)
          expect(await lettersOf(user)).toEqual(passwordChangedAt ? ['password-changed'] : [])
        },
      }
    })

    expect(count).toBeGreaterThan(5)
  })

  it('POST /account/username: the old name, or the new one in every session, with a letter and the old one reserved', async () => {
    const count = await cutSite.cutAtEach(async () => {
      const { visitor, user, elsewhere } = await cutSite.member()
      const { username } = newPerson()
      const token = await visitor.token('/home')
      const fields = { username, current: validPassword, _csrf: token }
      return {
        act: () => visitor.post('/account/username', fields),
        check: async () => {
          const { username: now } = await reload(user)
          const isRenamed = now === username
          const reserved = await rows('reservations').distinct('_id', {
            userId: user._id.toString(),
          })
          expect((await elsewhere.get('/account')).text).toContain(now)
          expect(reserved).toEqual(isRenamed ? [user.usernameKey] : [])
          expect(await lettersOf(user)).toEqual(isRenamed ? ['username-changed'] : [])
        },
      }
    })

    expect(count).toBeGreaterThan(5)
  })

  it('POST /account/two-factor/off: on as it was, or off without other sessions or silence', async () => {
    const count = await cutSite.cutAtEach(async () => {
      const { visitor, user, elsewhere } = await cutSite.member()
      const twoFactor = { secret: 'never decrypted here', since: new Date(), recoveryCodes: [] }
      await usersOf(cutSite.site).updateOne({ _id: user._id }, { $set: { twoFactor } })
      const fields = { _csrf: await visitor.token('/home') }
      return {
        act: () => visitor.post('/account/two-factor/off', fields),
        left: () => expectOut(elsewhere, user, ({ twoFactor }) => !twoFactor),
        check: async () => {
          const isOff = !(await reload(user)).twoFactor
          expect(await lettersOf(user)).toEqual(isOff ? ['two-factor-off'] : [])
        },
      }
    })

    expect(count).toBeGreaterThan(5)
  })

  it('POST /account/email/:token: the link still counts, or the new address does, in every session and with a letter, and whoever had it unconfirmed has it nowhere', async () => {
    const count = await cutSite.cutAtEach(async () => {
      const holder = await cutSite.member({ createdAt: new Date(0) })
      const email = holder.user.email ?? ''
      const pendingEmail = { address: email, askedAt: new Date() }
      const { user, elsewhere } = await cutSite.member({ pendingEmail })
      const path = `/account/email/${await linkFor(user, 'email-change', email)}`
      const visitor = cutSite.site.visitor()
      const token = await visitor.token('/home')
      return {
        act: () => visitor.post(path, { _csrf: token }),
        check: async () => {
          const now = (await reload(user)).email
          const isChanged = now === email
          expect((await visitor.get(path)).status).toBe(isChanged ? 404 : 200)
          expect((await elsewhere.get('/account')).text).toContain(now)
          expect(await lettersOf(user)).toEqual(isChanged ? ['email-changed'] : [])
          const held = (await reload(holder.user)).email ?? ''
          expect(isChanged ? held : '').toBe('')
          const page = (await holder.elsewhere.get('/account')).text
          expect(page.includes(email)).toBe(held === email)
          const sessions = await cutSite.store.documents.ofOwner(holder.user._id.toString())
          const inSessions = sessions.map(({ session }) => (session as { email?: string }).email)
          expect(inSessions).toEqual([held, held])
        },
      }
    })

    expect(count).toBeGreaterThan(4)
  })

  it('POST /verify-email/:token: confirmed, or the link still counts', async () => {
    const count = await cutSite.cutAtEach(async () => {
      const { user } = await cutSite.member()
      const path = `/verify-email/${await linkFor(user, 'verify-email')}`
      const visitor = cutSite.site.visitor()
      const token = await visitor.token('/home')
      return {
        act: () => visitor.post(path, { _csrf: token }),
        check: async () => {
          if (!(await reload(user)).emailVerifiedAt) {
            expect((await visitor.get(path)).status).toBe(200)
          }
        },
      }
    })

    expect(count).toBeGreaterThan(1)
  })

  it('POST /account/delete: the account, or nothing of it but the letter that tells of it', async () => {
    const count = await cutSite.cutAtEach(async () => {
      const { visitor, user, elsewhere } = await cutSite.member()
      await linkFor(user, 'verify-email')
      const { username } = user
      const token = await visitor.token('/home')
      const fields = { username, _csrf: token }
      return {
        act: () => visitor.post('/account/delete', fields),
        check: async () => {
          const isThere = (await find(username)) !== null
          expect((await elsewhere.get('/account')).status).toBe(isThere ? 200 : 303)
          const userId = user._id.toString()
          const left = await Promise.all([
            rows('sessions').countDocuments({ owner: userId }),
            rows('tokens').countDocuments({ userId }),
            rows('activities').countDocuments({ userId }),
            rows('reservations').countDocuments({ userId, until: { $gt: new Date() } }),
          ])
          if (!isThere) expect(left).toEqual([0, 0, 0, 0])
          const letter = { kind: 'account-deleted', email: user.email }
          expect(await rows('outbox').countDocuments({ letter })).toBe(isThere ? 0 : 1)
        },
      }
    })

    expect(count).toBeGreaterThan(5)
  })
})

/** Another browser of this user is out as soon as the change is there, before anything finishes it. */
async function expectOut(
  elsewhere: Visitor,
  user: UserDocument,
  isChanged: (user: UserDocument) => boolean,
): Promise<void> {
  if (isChanged(await reload(user))) expect((await elsewhere.get('/account')).status).toBe(303)
}
