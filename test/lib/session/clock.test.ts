// The clock: an active person stays signed in, an idle one does not, and the latest end is the end.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { KINDS, openLab, type Kind, type Lab } from './lab.ts'

const SECOND = 1000

let lab: Lab
afterEach(async () => {
  vi.useRealTimers()
  await lab.close()
})

/** Be active every half minute, with a rolling cookie of one minute, for this long; who is known at the end? */
async function stayActive(kind: Kind, seconds: number, touchAfter = 0) {
  vi.useFakeTimers({ toFake: ['Date'] })
  const options = { rolling: true, touchAfter, cookie: { maxAge: 60 * SECOND } }
  lab = await openLab(kind, options)
  let { headers } = await lab.visitor().get('/set?user=alice')
  let cookie = headers['set-cookie'] as unknown as string[]
  let known: object = {}
  for (let passed = 0; passed < seconds; passed += 30) {
    vi.setSystemTime(Date.now() + 30 * SECOND)
    const answer = await lab.visitor().get('/get').set('Cookie', cookie)
    known = answer.body as object
    headers = answer.headers
    cookie = (headers['set-cookie'] as unknown as string[] | undefined) ?? cookie
  }
  return known
}

describe('Somebody active, with a rolling cookie', () => {
  it('stock, with touchAfter: is signed out all the same', async () => {
    expect(await stayActive('stock', 120, 3600)).toEqual({})
  })

  it.each(KINDS)('%s: stays signed in', async (kind) => {
    expect(await stayActive(kind, 300)).toEqual({ user: 'alice' })
  })
})

describe('Somebody whose last request fell between two ticks', () => {
  it.each(KINDS)('%s: has the whole idle time from there (ASVS 7.3.1)', async (kind) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    lab = await openLab(kind)
    const visitor = lab.visitor()
    await visitor.get('/set?user=alice')
    vi.setSystemTime(Date.now() + 5 * SECOND) // less than a tick: the clock is not written
    await visitor.get('/get')

    vi.setSystemTime(Date.now() + 59 * SECOND)

    expect((await visitor.get('/get')).body).toEqual({ user: 'alice' })
  })

  it.each(KINDS)('%s: is signed out a tick after it at the latest', async (kind) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    lab = await openLab(kind)
    const visitor = lab.visitor()
    await visitor.get('/set?user=alice')

    vi.setSystemTime(Date.now() + 67 * SECOND)

    expect((await visitor.get('/get')).body).toEqual({})
  })
})
