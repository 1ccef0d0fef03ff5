// What is over is deleted by the site itself, and what strangers can make without end is bounded.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { purge } from '../../../models/database/purge.ts'
import { openSite, type Site } from '../../helper.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const collection = (name: string) => site.database.collection<{ _id: string }>(name)
const [past, future] = [new Date(Date.now() - 1000), new Date(Date.now() + 600_000)]

describe('purge', () => {
  it.each([
    ['tokens', 'expires'],
    ['answers', 'expires'],
    ['reservations', 'until'],
    ['attempts', 'expire'],
    ['lesson-records', 'expires'],
    ['lesson-visits-sessions', 'expires'],
  ])('deletes of %s what is over, and nothing else', async (name, field) => {
    await collection(name).insertMany([
      { _id: 'over', key: 'over', [field]: past } as { _id: string },
      { _id: 'counts', key: 'counts', [field]: future } as { _id: string },
    ])

    await purge()

    expect(await collection(name).distinct('_id')).toEqual(['counts'])
  })

  it('deletes counters that would last longer than any limit, as earlier versions wrote them', async () => {
    const century = new Date(Date.now() + 100 * 365 * 24 * 60 * 60 * 1000)
    const old = { _id: 'old', key: 'account:0123', points: 100, expire: century }
    await collection('attempts').insertOne(old)

    await purge()

    expect(await collection('attempts').findOne({ _id: 'old' })).toBeNull()
  })

  it('keeps twenty thousand counters of names, those with most failures, and all others', async () => {
    const row = (key: string, points: number) => ({ _id: key, key, points, expire: future })
    await collection('attempts').deleteMany({})
    await collection('attempts').insertMany([
      row('name:1 192.0.2.1', 1),
      row('address:2', 1),
      row('account:guessed', 99),
      ...Array.from({ length: 20_004 }, (_, index) => row(`account:${index}`, 1)),
    ])

    await purge()

    expect(await collection('attempts').countDocuments({ _id: /^account:/ })).toBe(20_000)
    const others = { _id: { $in: ['name:1 192.0.2.1', 'address:2', 'account:guessed'] } }
    expect(await collection('attempts').countDocuments(others)).toBe(3)
  })
})
