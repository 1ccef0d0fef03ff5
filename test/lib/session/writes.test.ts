// How often a session is written, and that an answer waits for it.
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { deferred } from '../../deferred.ts'
import { KINDS, openLab, type Kind, type Lab } from './lab.ts'

let lab: Lab
afterEach(async () => {
  vi.useRealTimers()
  await lab.close()
})

/** Hold every write of the store back until `release` is called, as a slow disk would. */
function holdWrites({ store }: Lab) {
  const begun = deferred()
  const gate = deferred()
  const set = store.set.bind(store)
  store.set = (...words) => {
    begun.resolve()
    void gate.promise.then(() => {
      set(...words)
    })
  }
  return { begun: begun.promise, release: gate.resolve }
}

/** Which comes first where a handler changes the session and redirects: the answer, or the write? */
async function answerOrWrite(kind: Kind): Promise<string> {
  lab = await openLab(kind)
  const writes = holdWrites(lab)
  const server = lab.app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const request = get({ port, host: '127.0.0.1', path: '/set-and-redirect?user=alice' })
  const answered = once(request, 'response') as Promise<[IncomingMessage]>
  await writes.begun

  // A second request's whole way through the server is time enough for an answer that does not wait.
  const order: string[] = []
  void answered.then(() => order.push('answer'))
  await lab.visitor().get('/get')
  order.push('write')
  writes.release()

  const [response] = await answered
  response.resume()
  server.close()
  server.closeAllConnections()
  return order.slice(0, 2).join(' before ')
}

describe('A handler that changes the session and redirects', () => {
  it('stock: is answered before the session is written', async () => {
    expect(await answerOrWrite('stock')).toBe('answer before write')
  })

  it.each(KINDS)('%s: is answered after', async (kind) => {
    expect(await answerOrWrite(kind)).toMatch(/^write/)
  })
})

describe('A request that changes nothing', () => {
  it('stock: is a write each time', async () => {
    lab = await openLab('stock')
    const visitor = lab.visitor()
    await visitor.get('/set?user=alice')
    lab.writes()

    for (let turn = 0; turn < 5; turn++) await visitor.get('/get')

    expect(lab.writes()).toBe(5)
  })

  it.each(KINDS)('%s: is none, but for the clock once a tick', async (kind) => {
    lab = await openLab(kind)
    const visitor = lab.visitor()
    await visitor.get('/set?user=alice')
    lab.writes()

    for (let turn = 0; turn < 5; turn++) await visitor.get('/get')
    expect(lab.writes()).toBe(0)

    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6_000 }) // a tenth of the idle time
    for (let turn = 0; turn < 5; turn++) await visitor.get('/get')
    expect(lab.writes()).toBe(1)
  })
})

describe('A request that saves by hand and is answered', () => {
  it('stock, with touchAfter: writes twice', async () => {
    lab = await openLab('stock', { touchAfter: 3600 })
    const visitor = lab.visitor()
    await visitor.get('/set?user=alice')
    lab.writes()

    await visitor.get('/set-and-save?note=new')

    expect(lab.writes()).toBe(2)
  })

  it('ours: writes once', async () => {
    lab = await openLab('ours')
    const visitor = lab.visitor()
    await visitor.get('/set?user=alice')
    lab.writes()

    await visitor.get('/set-and-save?note=new')

    expect(lab.writes()).toBe(1)
  })
})
