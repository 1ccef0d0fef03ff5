// Requests that overlap: what connect-mongo's store does to them, and what ours does.
import { afterEach, describe, expect, it } from 'vitest'
import { deferred } from '../../deferred.ts'
import { KINDS, openLab, type Kind, type Lab } from './lab.ts'

let lab: Lab
afterEach(() => lab.close())

/** Sign in, let a request be under way, sign out, and let that request finish. */
async function signOutDuringSlowRequest(kind: Kind, slow: string) {
  lab = await openLab(kind)
  const visitor = lab.visitor()
  const { headers } = await visitor.get('/set?user=alice')
  const cookie = headers['set-cookie'] as unknown as string[]
  const late = visitor.get(slow).then((answer) => answer)
  await lab.arrived
  await visitor.get('/end')

  lab.release()

  const { status, text } = await late
  const replay = await lab.visitor().get('/get').set('Cookie', cookie)
  return {
    status,
    text,
    known: replay.body as object,
    errors: lab.errors.map(({ message }) => message),
  }
}

describe('A slow request that writes while its session is ended', () => {
  it('stock: brings the session back', async () => {
    const { known } = await signOutDuringSlowRequest('stock', '/slow?note=late')

    expect(known).toEqual({ user: 'alice', note: 'late' })
  })

  it.each(KINDS)('%s: leaves it ended and is answered as usual (ASVS 7.4.1)', async (kind) => {
    const late = await signOutDuringSlowRequest(kind, '/slow?note=late')

    expect(late).toEqual({ status: 200, text: 'done', known: {}, errors: [] })
  })
})

describe('A slow request that reads while its session is ended', () => {
  it('stock: fails after its answer has begun', async () => {
    const { errors } = await signOutDuringSlowRequest('stock', '/slow')

    expect(errors).toEqual(['Unable to find the session to touch'])
  })

  it.each(KINDS)('%s: ends quietly', async (kind) => {
    const late = await signOutDuringSlowRequest(kind, '/slow')

    expect(late).toEqual({ status: 200, text: 'done', known: {}, errors: [] })
  })
})

/** Let four requests load one session before any of them writes its own key. */
async function setFourKeysAtOnce(kind: Kind) {
  lab = await openLab(kind)
  const visitor = lab.visitor()
  await visitor.get('/set?user=alice')
  const loads = deferred()
  let loaded = 0
  lab.store.on('get', () => {
    if (++loaded === 4) loads.resolve()
  })
  const requests = ['a', 'b', 'c', 'd'].map((key) =>
    visitor.get(`/slow?${key}=1`).then((one) => one),
  )
  await loads.promise

  lab.release()

  await Promise.all(requests)
  return (await visitor.get('/get')).body as object
}

describe('Four parallel requests that each set another key', () => {
  it('stock: all but one are lost', async () => {
    expect(Object.keys(await setFourKeysAtOnce('stock'))).toHaveLength(2)
  })

  it.each(KINDS)('%s: all four survive', async (kind) => {
    expect(await setFourKeysAtOnce(kind)).toEqual({ user: 'alice', a: '1', b: '1', c: '1', d: '1' })
  })
})

describe('Two writes to one key', () => {
  it.each(KINDS)('%s: the last wins', async (kind) => {
    lab = await openLab(kind)
    const visitor = lab.visitor()
    await visitor.get('/set?note=first')
    const late = visitor.get('/slow?note=last').then((answer) => answer)
    await lab.arrived
    await visitor.get('/set?note=middle')

    lab.release()
    await late

    expect((await visitor.get('/get')).body).toEqual({ note: 'last' })
  })
})
