// The door of the embedded database: it leads to the engine, and the site hears of guests before their first word does.
import { once } from 'node:events'
import { createServer, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openGate } from '../../../lib/embedded-mongodb/gate.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

describe('openGate', () => {
  it('tells of the first guest before anything reaches the engine, and of the last one’s leaving', async () => {
    const { told, door } = await openDoor()

    const first = await enter(door, 'hello')
    const second = await enter(door, 'hello')
    first.destroy()
    await once(first, 'close')
    second.destroy()

    await vi.waitUntil(() => told.includes('gone'), 60_000)
    expect(told).toEqual(['came', 'engine hears hello', 'engine hears hello', 'gone'])
  })

  it('lets nobody wait at a door that leads nowhere any more', async () => {
    const { door, stopEngine } = await openDoor()
    const guest = await enter(door, 'hello')

    stopEngine()

    await once(guest, 'close')
  })
})

async function openDoor() {
  const folder = await temporaryFolder()
  const [door, target] = [join(folder, 'door.sock'), join(folder, 'engine.sock')]
  const told: string[] = []
  const inside = new Set<Socket>()
  const engine = createServer((socket) => {
    inside.add(socket)
    socket.on('data', (words) => {
      told.push(`engine hears ${words.toString()}`)
      socket.write('answer')
    })
  }).listen(target)
  await once(engine, 'listening')
  const close = await openGate(door, target, {
    came: () => told.push('came'),
    gone: () => told.push('gone'),
  })
  const stopEngine = () => {
    engine.close()
    for (const socket of inside) socket.destroy()
  }
  onTestFinished(async () => {
    await close()
    stopEngine()
  })
  return { told, door, stopEngine }
}

async function enter(door: string, words: string): Promise<Socket> {
  const guest = connect(door)
  guest.write(words)
  await once(guest, 'data')
  return guest
}
