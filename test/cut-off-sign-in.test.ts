// The database is cut off at each write of what begins and ends sessions, and of a request for a letter.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import md5 from 'md5'
import { hashFormat, verifyPassword } from '../lib/password.ts'
import {
  hashOfRecoveryCode,
  newRecoveryCodes,
} from '../models/account/two-factor/recovery-codes.ts'
import { User } from '../models/user.ts'
import { lettersOf, linkFor, openCutSite, reload, rows, type CutSite } from './cut-off.ts'
import { CAPTCHA, validPassword } from './helper.ts'
import { newPerson, page } from './visitor.ts'

let cutSite: CutSite
beforeAll(async () => {
  cutSite = await openCutSite()
})
afterEach(() => cutSite.mend())
afterAll(() => cutSite.close())

describe('A sign-in or its end that is cut off at any of its writes', () => {
  it('POST /login: nobody is signed in, or the one session that the cookie names, with a letter about the new device; an old password and its keys, or new ones', async () => {
    const count = await cutSite.cutAtEach(async () => {
      const { user } = await cutSite.member()
      // As another site wrote it.
      const change = {
        $set: {
          password: md5(validPassword),
          emailVerifiedAt: new Date(),
          devices: [{ hash: 'of another one', at: new Date() }],
        },
        $unset: { keys: 1, usernameKey: 1, emailKey: 1 },
      }
      await User.updateOne({ _id: user._id }, change)
      const visitor = cutSite.site.visitor()
      const picture = page(await visitor.get('/login')).querySelector('img[src^="/captcha"]')
      const captcha = picture?.getAttribute('src') ?? ''
      await visitor.get(captcha)
      const fields = {
        username: user.username,
        password: validPassword,
        captcha: CAPTCHA,
        captchaId: new URL(captcha, 'http://localhost').searchParams.get('id') ?? '',
        _csrf: await visitor.token('/home'),
      }
      return {
        act: () => visitor.post('/login', fields),
        check: async (status) => {
          const isSignedIn = (await visitor.get('/account')).status === 200
          expect(isSignedIn).toBe(status === 303)
          if (isSignedIn) expect(await lettersOf(user)).toEqual(['new-device'])
          const { password, keys } = await reload(user)
          expect((await verifyPassword(validPassword, password)).ok).toBe(true)
          const isUpgraded = hashFormat(password) !== 'bare md5'
          expect([keys?.length, status === 303 && !isUpgraded]).toEqual([
            isUpgraded ? 2 : undefined,
            false,
          ])
        },
      }
    })

    expect(count).toBeGreaterThan(2)
  })

  it('POST /login/second-factor: a recovery code is left, or a letter tells that it is used up', async () => {
    const count = await cutSite.cutAtEach(async () => {
      const [recovery = ''] = newRecoveryCodes()
      const recoveryCodes = [hashOfRecoveryCode(recovery)]
      const twoFactor = { secret: 'never decrypted here', since: new Date(), recoveryCodes }
      const { user } = await cutSite.member()
      await User.updateOne({ _id: user._id }, { $set: { twoFactor } })
      const visitor = cutSite.site.visitor()
      await visitor.signIn({ username: user.username })
      const fields = { recovery, _csrf: await visitor.token('/home') }
      return {
        act: () => visitor.post('/login/second-factor', fields),
        check: async (status) => {
          const isLeft = (await reload(user)).twoFactor?.recoveryCodes.length === 1
          expect(await lettersOf(user)).toEqual(isLeft ? [] : ['recovery-codes-used-up'])
          if (status === 303) expect(isLeft).toBe(false)
        },
      }
    })

    expect(count).toBeGreaterThan(4)
  })

  it('POST /account/not-me/:token: the link still counts, or no session is left and a link for a new password is sent', async () => {
    const count = await cutSite.cutAtEach(async () => {
      const { user, elsewhere } = await cutSite.member({ emailVerifiedAt: new Date() })
      const path = `/account/not-me/${await linkFor(user, 'not-me')}`
      const visitor = cutSite.site.visitor()
      const token = await visitor.token('/home')
      return {
        act: () => visitor.post(path, { _csrf: token }),
        check: async () => {
          const isUsed = (await visitor.get(path)).status === 404
          const letters = await rows('outbox').countDocuments({ 'letter.email': user.email })
          expect((await elsewhere.get('/account')).status).toBe(isUsed ? 303 : 200)
          expect([letters, (await reload(user)).devices]).toEqual(isUsed ? [1, []] : [0, undefined])
        },
      }
    })

    expect(count).toBeGreaterThan(5)
  })

  it('POST /logout and POST /account/sessions: ended, or as it was', async () => {
    for (const [path, fields] of [
      ['/logout', {}],
      ['/account/sessions', { end: 'others' }],
    ] as const) {
      const count = await cutSite.cutAtEach(async () => {
        const { visitor, elsewhere } = await cutSite.member()
        const token = await visitor.token('/home')
        const [stays, ends] = path === '/logout' ? [elsewhere, visitor] : [visitor, elsewhere]
        return {
          act: () => visitor.post(path, { ...fields, _csrf: token }),
          check: async (status) => {
            expect((await stays.get('/account')).status).toBe(200)
            if (status === 303) expect((await ends.get('/account')).status).toBe(303)
          },
        }
      })

      expect(count).toBeGreaterThan(0)
    }
  })

  it('POST /account/email: no link to the new address without a letter to the old one, and both by pressing again', async () => {
    const both = ['email-change', 'email-change-asked']
    const count = await cutSite.cutAtEach(async () => {
      const { visitor, user } = await cutSite.member({ emailVerifiedAt: new Date() })
      const fields = { email: newPerson().email }
      const token = await visitor.token('/home')
      const act = () => visitor.post('/account/email', { ...fields, _csrf: token })
      return {
        act,
        check: async () => {
          const left = await lettersOf(user)
          if (left.includes('email-change')) expect(left).toEqual(both)
          expect((await act()).status).toBe(303)
          expect(await lettersOf(user)).toEqual(both)
          expect((await reload(user)).pendingEmail?.address).toBe(fields.email)
        },
      }
    })

    expect(count).toBeGreaterThan(3)
  })
})
