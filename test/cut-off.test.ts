// The database is cut off at each write of each operation in turn: afterwards it is done as a whole, or not at all.
import mongoose from 'mongoose'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { prepareDatabase } from '../bin/connect.ts'
import { connectOptions, embeddedWrites } from '../config/database.ts'
import { createLogger } from '../config/logger.ts'
import type { SessionStore } from '../lib/session/store.ts'
import { StartProblem } from '../lib/start-problem.ts'
import { finishUnfinished } from '../models/account/finish.ts'
import { buildIndexes } from '../models/database/indexes.ts'
import { issueToken } from '../models/mail/token.ts'
import { lockUser } from '../models/operator/users.ts'
import { memberOf, User, type UserDocument } from '../models/user.ts'
import { CAPTCHA, openSite, validPassword, type Site } from './helper.ts'
import { signedCookie } from './member.ts'
import { openProxy, type Proxy } from './proxy.ts'
import { newPerson, page } from './visitor.ts'

const WRITES = ['insert', 'update', 'delete', 'findAndModify', 'createIndexes']

let wire: Proxy
let site: Site
beforeAll(async () => {
  wire = await openProxy(inject('mongoUrl'))
  await mongoose.connect(wire.url, {
    ...connectOptions,
    minHeartbeatFrequencyMS: 20, // the driver looks again so soon whether the wire is mended
    dbName: `test-cut-off-${process.pid}`,
    writeConcern: embeddedWrites,
    monitorCommands: true,
  })
  await buildIndexes()
  site = await openSite()
  await site.postman.stop() // letters stay in the outbox, where they are counted
})
afterEach(mend)
afterAll(async () => {
  await site.close()
  await wire.cut()
})

/** Cut the wire when the write with this number begins. Tells whether there was one. */
function cutAt(number: number): () => boolean {
  let count = 0
  mongoose.connection.getClient().on('commandStarted', ({ commandName }) => {
    if (WRITES.includes(commandName) && ++count === number) void wire.cut()
  })
  return () => count >= number
}

async function mend(): Promise<void> {
  mongoose.connection.getClient().removeAllListeners('commandStarted')
  await wire.mend()
  // A command asks the driver to look again at once; a page would wait until it does by itself.
  const ping = () => mongoose.connection.db?.command({ ping: 1 }).catch(() => undefined)
  await expect.poll(ping).toMatchObject({ ok: 1 })
}

type Attempt = { act: () => Promise<{ status: number }>; check: (status: number) => Promise<void> }

/** Cut an operation at its first write, a new one at its second, and so on, until one came through. Returns how many were cut. */
async function cutAtEach(prepare: () => Promise<Attempt>): Promise<number> {
  for (let number = 1; ; number++) {
    const { act, check } = await prepare()
    const wasCut = cutAt(number)
    const { status } = await act()
    await mend()
    // As a minute later, in this process or in another one.
    await rows('unfinished').updateMany({}, { $set: { dueAt: new Date(0) } })
    await finishUnfinished(site.app.get('session store') as SessionStore)
    expect([303, 503]).toContain(status)
    await check(status)
    expect(await rows('unfinished').countDocuments()).toBe(0)
    if (!wasCut()) {
      expect(status).toBe(303)
      return number - 1
    }
  }
}

describe('An operation that is cut off at any of its writes', () => {
  it('POST /register: no account, or one whose letter is sent', async () => {
    const cuts = await cutAtEach(async () => {
      const person = newPerson()
      const visitor = site.visitor()
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

    expect(cuts).toBeGreaterThan(3)
  })

  it('POST /account/password: the old password, or the new one alone, without links, other sessions or silence', async () => {
    const cuts = await cutAtEach(async () => {
      const { visitor, user, elsewhere } = await member()
      await linkFor(user, 'password-reset')
      const fields = { current: validPassword, password: 'another lantern in the cave' }
      const token = await visitor.token('/home')
      return {
        act: () => visitor.post('/account/password', { ...fields, _csrf: token }),
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

    expect(cuts).toBeGreaterThan(6)
  })

  it('POST /password-reset/:token: the link still counts, or the new password alone does', async () => {
    const cuts = await cutAtEach(async () => {
      const { user, elsewhere } = await member({ emailVerifiedAt: new Date() })
      const path = `/password-reset/${await linkFor(user, 'password-reset')}`
      const visitor = site.visitor()
      const token = await visitor.token('/home')
      const fields = { password: 'another lantern in the cave', _csrf: token }
      return {
        act: () => visitor.post(path, fields),
        check: async () => {
          const { passwordChangedAt } = await reload(user)
          expect((await visitor.get(path)).status).toBe(passwordChangedAt ? 404 : 200)
          expect(await lettersOf(user)).toEqual(passwordChangedAt ? ['password-changed'] : [])
          if (passwordChangedAt) expect((await elsewhere.get('/account')).status).toBe(303)
        },
      }
    })

    expect(cuts).toBeGreaterThan(5)
  })

  it('POST /account/username: the old name, or the new one in every session, with a letter and the old one reserved', async () => {
    const cuts = await cutAtEach(async () => {
      const { visitor, user, elsewhere } = await member()
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

    expect(cuts).toBeGreaterThan(5)
  })

  it('POST /account/two-factor/off: on as it was, or off without other sessions or silence', async () => {
    const cuts = await cutAtEach(async () => {
      const { visitor, user, elsewhere } = await member()
      const twoFactor = { secret: 'never decrypted here', since: new Date(), recoveryCodes: [] }
      await User.updateOne({ _id: user._id }, { $set: { twoFactor } })
      const fields = { current: validPassword, _csrf: await visitor.token('/home') }
      return {
        act: () => visitor.post('/account/two-factor/off', fields),
        check: async () => {
          const isOff = !(await reload(user)).twoFactor
          expect(await lettersOf(user)).toEqual(isOff ? ['two-factor-off'] : [])
          if (isOff) expect((await elsewhere.get('/account')).status).toBe(303)
        },
      }
    })

    expect(cuts).toBeGreaterThan(5)
  })

  it('POST /account/email/:token: the link still counts, or the new address does, in every session and with a letter', async () => {
    const cuts = await cutAtEach(async () => {
      const { email } = newPerson()
      const pendingEmail = { address: email, askedAt: new Date() }
      const { user, elsewhere } = await member({ pendingEmail })
      const path = `/account/email/${await linkFor(user, 'email-change', email)}`
      const visitor = site.visitor()
      const token = await visitor.token('/home')
      return {
        act: () => visitor.post(path, { _csrf: token }),
        check: async () => {
          const now = (await reload(user)).email
          const isChanged = now === email
          expect((await visitor.get(path)).status).toBe(isChanged ? 404 : 200)
          expect((await elsewhere.get('/account')).text).toContain(now)
          expect(await lettersOf(user)).toEqual(isChanged ? ['email-changed'] : [])
        },
      }
    })

    expect(cuts).toBeGreaterThan(4)
  })

  it('POST /verify-email/:token: confirmed, or the link still counts', async () => {
    const cuts = await cutAtEach(async () => {
      const { user } = await member()
      const path = `/verify-email/${await linkFor(user, 'verify-email')}`
      const visitor = site.visitor()
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

    expect(cuts).toBeGreaterThan(1)
  })

  it('POST /account/delete: the account, or nothing of it', async () => {
    const cuts = await cutAtEach(async () => {
      const { visitor, user, elsewhere } = await member()
      await linkFor(user, 'verify-email')
      const { username } = user
      const token = await visitor.token('/home')
      const fields = { username, current: validPassword, _csrf: token }
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
        },
      }
    })

    expect(cuts).toBeGreaterThan(5)
  })

  it('POST /login: nobody is signed in, or the one session that the cookie names', async () => {
    const cuts = await cutAtEach(async () => {
      const { user } = await member()
      const visitor = site.visitor()
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
          expect((await visitor.get('/account')).status).toBe(status === 303 ? 200 : 303)
        },
      }
    })

    expect(cuts).toBeGreaterThan(2)
  })

  it('POST /logout and POST /account/sessions: ended, or as it was', async () => {
    for (const [path, fields] of [
      ['/logout', {}],
      ['/account/sessions', { end: 'others' }],
    ] as const) {
      const cuts = await cutAtEach(async () => {
        const { visitor, elsewhere } = await member()
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

      expect(cuts).toBeGreaterThan(0)
    }
  })

  it('an operator’s lock: not there, or finished by locking again', async () => {
    const store = site.app.get('session store') as SessionStore
    for (let number = 1, wasCut = true; wasCut; number++) {
      const { user, visitor } = await member()
      const isCut = cutAt(number)
      await lockUser(store, user._id.toString()).catch(() => undefined)
      wasCut = isCut()
      await mend()

      await lockUser(store, user._id.toString())

      expect((await visitor.get('/account')).status).toBe(303)
      expect((await reload(user)).lockedAt).toBeInstanceOf(Date)
    }
  })
})

describe('A start that is cut off while it builds an index', () => {
  it('ends with a sentence that says what to do', async () => {
    const logger = createLogger(site.settings)
    let cuts = 0
    for (let wasCut = true; wasCut;) {
      const isCut = cutAt(cuts + 1)
      const problem: unknown = await prepareDatabase(logger).catch((error: unknown) => error)
      wasCut = isCut()
      if (wasCut) cuts++
      expect(problem instanceof StartProblem).toBe(wasCut)
      await mend()
    }

    expect(cuts).toBeGreaterThan(10)
  })
})

/** A new member, the browser they use, and another one in which they are signed in as well. */
async function member(fields: Partial<UserDocument> = {}) {
  const visitor = site.visitor()
  const { username = '' } = await visitor.becomeMember()
  await User.updateOne({ username }, { $set: fields })
  const user = await User.findOne({ username }).orFail().lean<UserDocument>()
  const elsewhere = site.visitor()
  elsewhere.agent.jar.setCookie(await signedCookie(site.app, memberOf(user)), '127.0.0.1', '/')
  return { visitor, user, elsewhere }
}

async function find(username: string): Promise<UserDocument | null> {
  return User.findOne({ username }).lean<UserDocument | null>()
}

async function reload({ _id }: UserDocument): Promise<UserDocument> {
  return User.findById(_id).orFail().lean<UserDocument>()
}

async function linkFor(
  { _id, emailKey }: UserDocument,
  purpose: Parameters<typeof issueToken>[0],
  newEmail?: string,
): Promise<string> {
  const seen = { ...(emailKey ? { emailKey } : {}), ...(newEmail ? { newEmail } : {}) }
  return issueToken(purpose, _id.toString(), seen)
}

async function lettersOf(user: UserDocument | null): Promise<unknown[]> {
  return rows('outbox').distinct('letter.kind', { 'letter.userId': user?._id.toString() })
}

function rows(name: string) {
  return mongoose.connection.collection<{ _id: string }>(name)
}
