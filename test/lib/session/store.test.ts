// The store with its sessions in memory too: it asks the database once, and never answers with what is over or was changed.
import type { SessionData } from 'express-session'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { SessionCache } from '../../../lib/session/cache.ts'
import { KINDS, openLab } from './lab.ts'
import { cacheThatIsOn, openStore, sessionOf, type OpenStore } from './store.ts'

const SECOND = 1000

type Data = Partial<SessionData> & { note?: string; list?: number[] }

let cache: SessionCache
let open: OpenStore
beforeEach(async () => {
  cache = cacheThatIsOn()
  open = await openStore(undefined, cache)
  await open.calls.set('one', sessionOf({ userId: 'alice', note: 'first', list: [1] }))
})
afterEach(async () => {
  vi.useRealTimers()
  await open.close()
})

const get = async (id = 'one') => (await open.calls.get(id)) as Data | null
const changeElsewhere = () => open.raw.updateOne({}, { $set: { 'session.note': 'elsewhere' } })

describe('A session that was read', () => {
  it('is read from the database no more, until another process may write', async () => {
    await get()
    await changeElsewhere()
    const alone = await get()

    cache.turnOff()
    const shared = await get()

    expect([alone?.note, shared?.note]).toEqual(['first', 'elsewhere'])
  })

  it('is a copy of its own for each request', async () => {
    await get()
    const mine = await get()
    mine?.list?.push(2)

    const yours = await get()

    expect(yours?.list).toEqual([1])
  })

  it('shows at once what another request has written', async () => {
    const [mine, yours] = [await get(), await get()]

    await open.calls.set('one', Object.assign(mine ?? {}, { note: 'second' }) as SessionData)
    await open.calls.set('one', Object.assign(yours ?? {}, { username: 'a' }) as SessionData)

    expect(await get()).toMatchObject({ note: 'second', username: 'a', userId: 'alice' })
  })

  it('has its clock written once a tick', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30 * SECOND })
    const touches = vi.fn()
    open.store.on('touch', touches)
    await get()

    for (let turn = 0; turn < 3; turn++) await open.calls.touch('one', (await get()) as SessionData)
    await open.calls.set('one', (await get()) as SessionData) // saved by hand, without a change

    expect(touches).toHaveBeenCalledTimes(1)
  })
})

describe('A session that was read is not there any more', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['its own request has destroyed it', () => open.calls.destroy('one')],
    ['it was ended from elsewhere', () => open.store.end({ owner: 'alice' }, 'elsewhere')],
    ['the account is gone', () => open.store.forget('alice')],
    ['all were cleared', () => open.calls.clear()],
  ])('once %s', async (_how, end) => {
    const before = [await get(), await get()]

    await end()

    expect(before.map((one) => one?.note)).toEqual(['first', 'first'])
    expect(await get()).toBeNull()
  })

  it('once its time has run out', async () => {
    await get()

    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 67 * SECOND })

    expect(await get()).toBeNull()
  })
})

describe.each([
  ['in memory too', undefined],
  ['encrypted', 'a key for tests'],
])('A value that was taken out, %s', (_kind, key) => {
  const captcha = { answers: ['SESAM'], expires: new Date() }
  let calls: OpenStore['calls']
  let store: OpenStore['store']
  beforeEach(async () => {
    const other = key === undefined ? open : await openStore(key)
    if (other !== open) onTestFinished(other.close)
    ;({ calls, store } = other)
    await calls.set('two', sessionOf({ captcha }))
  })
  const getTwo = async () => ((await calls.get('two')) ?? {}) as Data

  it('is there for nobody else', async () => {
    const [mine, yours] = [await getTwo(), await getTwo()]

    const taken = await store.take('two', mine, 'captcha')
    const again = await store.take('two', yours, 'captcha')

    expect([taken, again]).toEqual([captcha, undefined])
    expect((await getTwo()).captcha).toBeUndefined()
  })

  it('takes nothing along that another request has put in its place since', async () => {
    const mine = await getTwo()
    await store.take('two', mine, 'captcha')
    const next = { ...captcha, answers: ['OPEN'] }
    await calls.set('two', Object.assign(await getTwo(), { captcha: next }) as SessionData)

    await calls.set('two', Object.assign(mine, { note: 'mine' }) as SessionData)

    expect(await getTwo()).toMatchObject({ captcha: next, note: 'mine' })
  })
})

describe('A cookie from before a session got a new id', () => {
  it.each(KINDS)('%s: is worth nothing (ASVS 7.2.4)', async (kind) => {
    const lab = await openLab(kind)
    const visitor = lab.visitor()
    const { headers } = await visitor.get('/set?user=alice')
    const cookie = headers['set-cookie'] as unknown as string[]
    const before = (await lab.visitor().get('/get').set('Cookie', cookie)).body as object

    await visitor.get('/regenerate')

    expect(before).toEqual({ user: 'alice' })
    expect((await lab.visitor().get('/get').set('Cookie', cookie)).body).toEqual({})
    await lab.close()
  })
})
