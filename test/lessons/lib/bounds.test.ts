// What keeps lessons from filling the database: expired sessions go, the oldest of too many go, and nobody presses without end.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { attemptLimits } from '../../../config/limits.ts'
import { LessonStores, type StoredDocument } from '../../../lessons/lib/stores.ts'
import { findRecord, keepExchange, type Exchange } from '../../../lessons/lib/record.ts'
import { purge } from '../../../models/database/purge.ts'
import { openSite, type Site } from '../../helper.ts'

const MINUTE = 60_000

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on', THROTTLE: 'on' })
})
afterAll(() => site.close())

const exchange = (path: string): Exchange => ({
  at: new Date(),
  by: 'browser',
  method: 'GET',
  path,
  status: 200,
  sent: [],
  received: [],
  operations: [],
  change: [],
})
const records = () => site.database.collection<{ _id: string; visitor: string }>('lesson-records')

describe('The sessions of a lesson', () => {
  it('go when they have expired, and the oldest when there are more than two thousand', async () => {
    const stores = new LessonStores(site.database, 'bounds')
    stores.mongo()
    const collection = site.database.collection<StoredDocument>('lesson-bounds-sessions')
    const session = (index: number, from: number) => ({
      _id: `${index}`,
      expires: new Date(from + index),
    })
    const now = Date.now()
    await collection.insertMany([
      ...Array.from({ length: 2100 }, (_, index) => session(index, now + MINUTE)),
      ...Array.from({ length: 50 }, (_, index) => session(-1 - index, now - MINUTE)),
    ])

    stores.purgeNowAndThen()

    await vi.waitFor(async () => {
      expect(await collection.countDocuments()).toBe(2000)
    }, 60_000)
    expect(await collection.countDocuments({ expires: { $lt: new Date() } })).toBe(0)
    expect(await collection.findOne({ _id: '0' })).toBeNull()
    expect(await collection.findOne({ _id: '2099' })).not.toBeNull()
  })
})

describe('The records of exchanges', () => {
  it('are the last twenty of a visitor, the latest first', async () => {
    for (let index = 1; index <= 25; index++)
      await keepExchange('me', 'bounds', exchange(`/${index}`))

    const { exchanges: kept } = await findRecord('me', 'bounds')

    expect(kept.map(({ path }) => path)).toEqual(
      Array.from({ length: 20 }, (_, index) => `/${25 - index}`),
    )
  })

  it('are of a thousand visitors at most, the oldest out', async () => {
    const old = (index: number) => ({
      _id: `v${index} bounds`,
      visitor: `v${index}`,
      lesson: 'bounds',
      at: new Date(Date.now() - 60 * MINUTE + index),
      exchanges: [],
    })
    await records().insertMany(Array.from({ length: 1000 }, (_, index) => old(index)))

    await keepExchange('the newest', 'bounds', exchange('/'))

    expect(await records().countDocuments()).toBe(1000)
    expect(await records().findOne({ visitor: 'v0' })).toBeNull()
    expect(await records().findOne({ visitor: 'the newest' })).not.toBeNull()
  })

  it('are of twelve hours at most', async () => {
    const yesterday = { ...exchange('/'), at: new Date(Date.now() - 13 * 60 * MINUTE) }
    await keepExchange('of yesterday', 'bounds', yesterday)
    await keepExchange('the only one', 'bounds', exchange('/'))
    const earlier = { _id: 'x', visitor: 'of an earlier version', at: new Date() }
    await records().insertOne(earlier)

    await purge()

    const left = await records().distinct('visitor')
    expect(left).toContain('the only one')
    expect(left.filter((visitor) => visitor.startsWith('of '))).toEqual([])
  })
})

describe('POST /lessons/visits/try/visit', () => {
  it('answers 429 with the time to wait once somebody has pressed too often', async () => {
    const visitor = site.visitor()
    await visitor.post('/lessons/visits/try/visit', {})
    const full = { points: attemptLimits.lesson.points }
    await site.database.collection('attempts').updateMany({ key: /^lesson:/ }, { $set: full })

    const answer = await visitor.post('/lessons/visits/try/visit', {})

    expect(answer.status).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  })
})
