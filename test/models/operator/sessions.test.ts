// An operator ends a session by the beginning of its key: only where there is no doubt which one is meant.
import { expect, it } from 'vitest'
import { endByPrefix, PREFIX } from '../../../models/operator/sessions.ts'
import { openStore } from '../../lib/session/store.ts'

const HOUR = 3_600_000
const begin = 'a'.repeat(PREFIX)

it('endByPrefix() ends none of two sessions whose keys begin alike, and the one that is named by more of its key', async () => {
  const { store, raw, close } = await openStore()
  const expires = new Date(Date.now() + HOUR)
  const clock = { lastActive: new Date(), expires, purgeAt: expires, createdAt: new Date() }
  const sessions = ['1', '2'].map((end) => ({ _id: `${begin}${end}`, version: 0, ...clock }))
  await raw.insertMany(sessions)
  const left = () => raw.countDocuments({ ended: { $exists: false } })

  const doubtful = [await endByPrefix(store, begin), await left()]
  const certain = [await endByPrefix(store, `${begin}1`), await left()]

  expect(doubtful).toEqual([2, 2])
  expect(certain).toEqual([1, 1])
  await close()
})
