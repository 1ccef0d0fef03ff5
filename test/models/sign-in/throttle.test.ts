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
import { HOUR } from '../../../config/time.ts'
import { networksOf } from '../../../lib/http/network.ts'
import { buildIndexes } from '../../../models/database/indexes.ts'
import { NotCounted, type CounterRow } from '../../../models/sign-in/counters.ts'
import {
  beginSignIn,
  countAttempt,
  countMail,
  forgetFailures,
} from '../../../models/sign-in/throttle.ts'
import { countUp } from '../../documents.ts'
import { openSite, type Site } from '../../helper.ts'

const noon = new Date('2026-11-20T12:00:00Z')
const name = 'nobody'

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
    expect(await fail('somebody else', '192.0.2.1')).toBe(true)
  })

  it('lets five of a hundred at the same moment pass', async () => {
    const attempts = Array.from({ length: 100 }, () => beginSignIn(caller('192.0.2.3'), name))
    const begun = await Promise.all(attempts)

    expect(begun.filter(({ ok }) => ok)).toHaveLength(5)
    expect((await row(/^name:/))?.points).toBe(5)
    expect((await row(/^address:/))?.points).toBe(5)
  })

  it('counts each of many first failures at the same moment', async () => {
    const networks = Array.from({ length: 20 }, (_, index) => `192.0.2.${index}`)

    await Promise.all(networks.map((network) => fail(name, network)))

    expect((await row(/^account:/))?.points).toBe(20)
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
    const answers = await inARow(61, () => fail(`name ${count++}`, '192.0.2.1'))

    expect(answers.filter((ok) => ok)).toHaveLength(60)
    expect(answers.at(-1)).toBe(false)
    expect(await fail('another', '192.0.2.2')).toBe(true)
  })

  it('gives back what a success did not use', async () => {
    const answers = await inARow(attemptLimits.address.points + 1, () => succeed('192.0.2.1'))

    expect(answers).not.toContain(false)
    expect((await rows().find().toArray()).map(({ points }) => points)).toEqual([0, 0, 0, 0])
  })

  it('gives back no more than nothing where the time ran out meanwhile', async () => {
    const attempt = await beginSignIn(caller('192.0.2.1'), name)
    vi.setSystemTime(noon.getTime() + 60 * 60 * 1000)

    if (attempt.ok) await attempt.succeed()

    const answers = await inARow(6, () => fail(name, '192.0.2.1'))
    expect(answers.filter((ok) => ok)).toHaveLength(5)
  })

  it.each([
    ['IPv4 address', () => '192.0.2.1'],
    ['IPv6 /48', (time: number) => `2001:db8:1:${(time % 0xffff).toString(16)}::1`],
  ])('locks no account for what comes from one %s, however patient', async (_what, addressOf) => {
    // A quarter of an hour apart, at the end of a day that is counted and at the begin of the next.
    for (const hour of [0, 23, 23.25, 23.5, 24, 24.25, 24.5]) {
      vi.setSystemTime(noon.getTime() + hour * HOUR)
      await inARow(6, () => fail(name, addressOf(hour * 4)))
    }

    expect(await fail(name, '198.51.100.1')).toBe(true)
  })

  it('lets no more than a hundred guesses reach an account in a day, and opens within a day', async () => {
    const guesses: number[] = []
    // By both its names, and at the worst moments: at the end of one day that is counted and the begin of the next.
    for (const hour of [0, 23, 24, 47]) {
      for (const typed of ['alice', 'alice@example.com']) {
        const tries = hour === 0 ? 1 : 26
        for (let time = 0; time < tries; time++) {
          vi.setSystemTime(noon.getTime() + hour * HOUR + time)
          if (await fail(typed, `203.0.113.${time}`)) guesses.push(hour)
        }
      }
    }

    expect(guesses.filter((hour) => hour > 0 && hour <= 24).length).toBeLessThanOrEqual(100)
    const refused = await beginSignIn(caller('198.51.100.1'), 'alice')
    expect(refused).toMatchObject({ ok: false, wait: { isLocked: true } })
    expect(refused.ok ? 0 : refused.wait?.seconds).toBeLessThanOrEqual(24 * 60 * 60)
    vi.setSystemTime(noon.getTime() + 48.1 * HOUR)
    expect(await fail('alice', '198.51.100.1')).toBe(true)
  })

  it('keeps no name that was typed', async () => {
    await fail('my secret password', '192.0.2.1')

    expect(JSON.stringify(await rows().find().toArray())).not.toContain('secret')
  })

  it('counts nothing where the throttle is off', async () => {
    const off = { networks: ['192.0.2.1'], isCounted: false }
    const answers = await inARow(10, () => beginSignIn(off, name))

    expect(answers.every(({ ok }) => ok)).toBe(true)
    expect(await rows().countDocuments()).toBe(0)
  })

  it('throws where nothing can be counted', async () => {
    vi.spyOn(rows(), 'findOneAndUpdate').mockRejectedValue(new Error('no space left'))

    await expect(beginSignIn(caller('192.0.2.1'), name)).rejects.toThrow(NotCounted)
  })
})

describe('forgetFailures', () => {
  it('opens what failures locked, from everywhere', async () => {
    const user = { _id: new mongoose.Types.ObjectId(), username: 'Alice', email: 'a@example.com' }
    for (const typed of ['alice', 'A@example.com']) {
      for (let time = 0; time < 26; time++) await fail(typed, `203.0.113.${time % 6}`)
    }
    expect(await fail('alice', '203.0.113.1')).toBe(false)

    await forgetFailures(user)

    expect(await fail('alice', '203.0.113.1')).toBe(true)
    expect(await fail('a@example.com', '203.0.113.2')).toBe(true)
  })
})

describe('countMail', () => {
  it('counts a mailbox in every spelling, with and without a plus part', async () => {
    const addresses = ['alice@example.com', 'Alice+shop@example.com', 'alice+a+b@Example.com']
    const count = (address: string) => countMail(caller('192.0.2.1'), 'reset', address)
    for (const address of addresses) expect(await count(address)).toBeUndefined()

    expect(await count('alice+4@example.com')).toMatchObject({ events: [{ limit: 'reset' }] })
    expect(await count('bob+4@example.com')).toBeUndefined()
  })

  it('counts what resets a password apart from what confirms an address', async () => {
    const count = (limit: 'reset' | 'confirmation') =>
      countMail(caller('192.0.2.1'), limit, 'alice@example.com')
    await inARow(4, () => count('reset'))

    expect(await count('confirmation')).toBeUndefined()
  })
})

describe('countAttempt', () => {
  it.each([
    ['registration', 20],
    ['captcha', 1200],
  ] as const)('lets so many through in a minute: %s %i', async (limit, most) => {
    const count = () => countAttempt(caller('192.0.2.1'), limit)
    await countUp(limit, '192.0.2.1', most - 10)
    const refusals = await Promise.all(Array.from({ length: 10 }, count))

    expect(refusals.filter((refusal) => refusal)).toEqual([])
    expect(await count()).toMatchObject({
      events: [{ event: 'throttled', limit }],
      wait: { seconds: 60 },
    })
    vi.setSystemTime(noon.getTime() + 60_000)
    expect(await count()).toBeUndefined()
  })

  it('counts an IPv6 customer who takes another /64 each time', async () => {
    let count = 0
    const another = () =>
      countAttempt(caller(`2001:db8:1:${(0xa00 + count++).toString(16)}::1`), 'registration')

    const answers = await inARow(41, another)

    expect(answers.filter((refusal) => refusal)).toMatchObject([
      { events: [{ event: 'throttled' }] },
    ])
    expect(await countAttempt(caller('2001:db8:1:b00::1'), 'registration')).toBeUndefined()
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

function caller(address: string) {
  return { networks: networksOf(address), isCounted: true }
}

async function fail(typed: string, address: string): Promise<boolean> {
  return (await beginSignIn(caller(address), typed)).ok
}

async function succeed(address: string): Promise<boolean> {
  const attempt = await beginSignIn(caller(address), name)
  if (attempt.ok) await attempt.succeed()
  return attempt.ok
}

async function inARow<T>(times: number, act: () => Promise<T>): Promise<T[]> {
  const answers: T[] = []
  while (answers.length < times) answers.push(await act())
  return answers
}
