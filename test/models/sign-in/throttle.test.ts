// Counting attempts: exact in a burst, after a restart, and in a database that deletes nothing by itself.
import mongoose from 'mongoose'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  it,
  vi,
} from 'vitest'
import { commandOptions, embeddedWrites } from '../../../config/database.ts'
import { attemptLimits } from '../../../config/limits.ts'
import { buildIndexes } from '../../../models/database/indexes.ts'
import { NotCounted, type CounterRow } from '../../../models/sign-in/counters.ts'
import { beginSignIn, countAttempt, unlockAccount } from '../../../models/sign-in/throttle.ts'
import { openSite, type Site } from '../../helper.ts'

const noon = new Date('2026-11-20T12:00:00Z')
const name = { name: 'nobody' }

let site: Site
beforeAll(async () => {
  // With patience: a hundred attempts at one moment wait for each other as long as the machine needs.
  const dbName = `test-throttle-${process.pid}`
  await mongoose.connect(inject('mongoUrl'), {
    ...commandOptions,
    dbName,
    writeConcern: embeddedWrites,
  })
  await buildIndexes()
  site = await openSite()
})
afterAll(() => site.close())
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: noon })
})
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  await rows().deleteMany({})
})

describe('beginSignIn', () => {
  it('lets five failures pass with a name from an address, and no sixth', async () => {
    const answers = await inARow(6, () => fail(name, '192.0.2.1'))

    expect(answers).toEqual([true, true, true, true, true, false])
    expect(await fail(name, '192.0.2.2')).toBe(true)
    expect(await fail({ name: 'somebody else' }, '192.0.2.1')).toBe(true)
  })

  it.each([
    ['a name that nobody has', name],
    ['an account', { userId: 'a1' }],
  ])('lets five of a hundred at the same moment pass with %s', async (_what, who) => {
    const attempts = Array.from({ length: 100 }, () => beginSignIn(caller('192.0.2.3'), who))
    const begun = await Promise.all(attempts)

    expect(begun.filter(({ ok }) => ok)).toHaveLength(5)
    expect((await row(/^name:/))?.points).toBe(5)
    expect((await row(/^address:/))?.points).toBe(5)
  })

  it('counts each of many first failures at the same moment to the account', async () => {
    const networks = Array.from({ length: 40 }, (_, index) => `192.0.2.${index}`)

    await Promise.all(networks.map((network) => fail({ userId: 'a2' }, network)))

    expect(await row(/^account:a2$/)).toMatchObject({ points: 40, failures: 40 })
  })

  it('lets go on after fifteen minutes, and not a second sooner', async () => {
    await inARow(5, () => fail(name, '192.0.2.1'))

    const waits = [0, 14 * 60 + 59].map((seconds) => async () => {
      vi.setSystemTime(noon.getTime() + seconds * 1000)
      const refused = await beginSignIn(caller('192.0.2.1'), name)
      return refused.ok ? undefined : refused.wait?.seconds
    })

    expect([await waits[0]?.(), await waits[1]?.()]).toEqual([15 * 60, 1])
    vi.setSystemTime(noon.getTime() + 15 * 60 * 1000)
    expect(await fail(name, '192.0.2.1')).toBe(true)
  })

  it('consumes nothing by an attempt that is refused', async () => {
    await inARow(5, () => fail(name, '192.0.2.1'))
    const before = await rows().find().sort({ key: 1 }).toArray()

    await inARow(10, () => fail(name, '192.0.2.1'))

    expect(await rows().find().sort({ key: 1 }).toArray()).toEqual(before)
  })

  it('lets sixty failures pass from an address, whatever the names', async () => {
    let count = 0
    const answers = await inARow(61, () => fail({ name: `name ${count++}` }, '192.0.2.1'))

    expect(answers.filter((ok) => ok)).toHaveLength(60)
    expect(answers.at(-1)).toBe(false)
    expect(await fail({ name: 'another' }, '192.0.2.2')).toBe(true)
  })

  it('gives back what a success did not use', async () => {
    const who = { userId: 'a3' }

    const answers = await inARow(attemptLimits.address.points + 1, () => succeed(who, '192.0.2.1'))

    expect(answers.every(({ ok }) => ok)).toBe(true)
    expect(await row(/^account:a3$/)).toBeNull()
    expect((await rows().find().toArray()).map(({ points }) => points)).toEqual([0, 0])
  })

  it('gives back no more than nothing where the time ran out meanwhile', async () => {
    const attempt = await beginSignIn(caller('192.0.2.1'), { userId: 'a4' })
    vi.setSystemTime(noon.getTime() + 60 * 60 * 1000)

    if (attempt.ok) await attempt.succeed()

    const answers = await inARow(6, () => fail({ userId: 'a4' }, '192.0.2.1'))
    expect(answers.filter((ok) => ok)).toHaveLength(5)
  })

  it.each([
    ['an account for good', { userId: 'a5' }, 365 * 50],
    ['a name that nobody has for weeks', { name: 'a5' }, 29],
  ])('locks %s after a hundred failures in a row', async (_what, who, days) => {
    await failFromEverywhere(who, 100)
    vi.setSystemTime(noon.getTime() + days * 24 * 60 * 60 * 1000)

    const refused = await beginSignIn(caller('198.51.100.1'), who)

    expect(refused).toMatchObject({ ok: false, wait: { isLocked: true } })
  })

  it('begins the row anew after a success', async () => {
    const who = { userId: 'a6' }
    await failFromEverywhere(who, 99)

    const { failures } = await succeed(who, '198.51.100.1')
    const next = await succeed(who, '198.51.100.1')

    expect(failures).toEqual({ count: 99, last: noon })
    expect(next).toEqual({ ok: true, failures: undefined })
  })

  it('counts no password that was confirmed, however often, and keeps what had failed', async () => {
    const who = { userId: 'a8' }
    await fail(who, '192.0.2.1')

    const answers = await inARow(attemptLimits.account.points, () => confirm(who, '192.0.2.1'))

    expect(answers).not.toContain(false)
    expect(await row(/^account:a8$/)).toMatchObject({ points: 1, failures: 1 })
    expect((await rows().find().toArray()).map(({ points }) => points)).toEqual([1, 1, 1])
  })

  it('keeps no name that was typed', async () => {
    await fail({ name: 'my secret password' }, '192.0.2.1')

    expect(JSON.stringify(await rows().find().toArray())).not.toContain('secret')
  })

  it('counts nothing where the throttle is off', async () => {
    const off = { network: '192.0.2.1', isCounted: false }
    const answers = await inARow(10, () => beginSignIn(off, name))

    expect(answers.every(({ ok }) => ok)).toBe(true)
    expect(await rows().countDocuments()).toBe(0)
  })

  it('throws where nothing can be counted', async () => {
    vi.spyOn(rows(), 'findOneAndUpdate').mockRejectedValue(new Error('no space left'))

    await expect(beginSignIn(caller('192.0.2.1'), name)).rejects.toThrow(NotCounted)
  })
})

describe('unlockAccount', () => {
  it('opens a locked account, whose owner still learns of the failures', async () => {
    const who = { userId: 'a7' }
    await failFromEverywhere(who, 100)

    await unlockAccount(who.userId)

    const { ok, failures } = await succeed(who, '198.51.100.1')
    expect([ok, failures]).toEqual([true, { count: 100, last: noon }])
  })
})

describe('countAttempt', () => {
  it.each([
    ['registration', 20],
    ['captcha', 120],
  ] as const)('lets so many through in a minute: %s %i', async (limit, most) => {
    const count = () => countAttempt(caller('192.0.2.1'), limit)
    const refusals = await Promise.all(Array.from({ length: most }, count))

    expect(refusals.filter((refusal) => refusal)).toEqual([])
    expect(await count()).toMatchObject({
      events: [{ event: 'throttled', limit }],
      wait: { seconds: 60 },
    })
    vi.setSystemTime(noon.getTime() + 60_000)
    expect(await count()).toBeUndefined()
  })

  it('goes on counting after a restart and in a second process', async () => {
    await inARow(20, () => countAttempt(caller('192.0.2.1'), 'registration'))

    vi.resetModules()
    const second = await import('../../../models/sign-in/throttle.ts')

    expect(second.countAttempt).not.toBe(countAttempt)
    expect(await second.countAttempt(caller('192.0.2.1'), 'registration')).toMatchObject({
      ok: false,
    })
  })

  it('purges rows that are over, on an engine without a TTL monitor too', async () => {
    await inARow(3, () => countAttempt(caller('192.0.2.1'), 'captcha'))
    vi.setSystemTime(noon.getTime() + 24 * 60 * 60 * 1000)

    await countAttempt(caller('192.0.2.2'), 'captcha')

    await expect.poll(() => rows().countDocuments({ key: 'captcha:192.0.2.1' })).toBe(0)
  })
})

describe('A clock that was wrong and is set back', () => {
  it('does not keep rows that are over from being purged', async () => {
    vi.setSystemTime(noon.getTime() + 365 * 24 * 60 * 60 * 1000)
    await countAttempt(caller('192.0.2.1'), 'captcha')
    vi.setSystemTime(noon)
    await rows().insertOne({ key: 'captcha:over', points: 1, expire: new Date(0) })

    await countAttempt(caller('192.0.2.2'), 'captcha')

    await expect.poll(() => rows().countDocuments({ key: 'captcha:over' })).toBe(0)
  })
})

describe('the collection', () => {
  it('lies in the database of the site with the indexes that counting needs', async () => {
    const indexes = await rows().indexes()

    expect(indexes).toContainEqual(expect.objectContaining({ key: { key: 1 }, unique: true }))
    expect(indexes).toContainEqual(
      expect.objectContaining({ key: { expire: -1 }, expireAfterSeconds: 0 }),
    )
    expect(Object.values(attemptLimits).every(({ duration }) => duration > 0)).toBe(true)
  })
})

function rows() {
  return mongoose.connection.collection<CounterRow>('attempts')
}

function row(key: RegExp) {
  return rows().findOne({ key })
}

function caller(network: string) {
  return { network, isCounted: true }
}

async function fail(who: Parameters<typeof beginSignIn>[1], network: string): Promise<boolean> {
  const attempt = await beginSignIn(caller(network), who)
  if (attempt.ok) await attempt.fail()
  return attempt.ok
}

async function confirm(who: Parameters<typeof beginSignIn>[1], network: string): Promise<boolean> {
  const attempt = await beginSignIn(caller(network), who)
  if (attempt.ok) await attempt.confirm()
  return attempt.ok
}

async function succeed(who: Parameters<typeof beginSignIn>[1], network: string) {
  const attempt = await beginSignIn(caller(network), who)
  return { ok: attempt.ok, failures: attempt.ok ? await attempt.succeed() : undefined }
}

async function failFromEverywhere(who: Parameters<typeof beginSignIn>[1], times: number) {
  // Two are real: the first makes the row, which then counts all but the last.
  expect(await fail(who, '192.0.2.1')).toBe(true)
  const all = { points: times - 1, failures: times - 1 }
  await rows().updateOne({ key: /^(account|unknown):/ }, { $set: all })
  expect(await fail(who, '192.0.2.2')).toBe(true)
}

async function inARow<T>(times: number, act: () => Promise<T>): Promise<T[]> {
  const answers: T[] = []
  while (answers.length < times) answers.push(await act())
  return answers
}
