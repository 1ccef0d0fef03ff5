// The gate of the embedded database: it leads to the engine, and the site hears of a client before the engine hears its first word.
import { once } from 'node:events'
import { createServer, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openGate } from '../../../lib/embedded-mongodb/gate.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

describe('openGate', () => {
  it('tells of the first client before anything reaches the engine, and when the last one has left', async () => {
    const { heard, gate } = await openTestGate()

    const first = await enter(gate, 'hello')
    const second = await enter(gate, 'hello')
    first.destroy()
    await once(first, 'close')
    second.destroy()

    await vi.waitUntil(() => heard.includes('gone'), 60_000)
    expect(heard).toEqual(['came', 'engine hears hello', 'engine hears hello', 'gone'])
  })

  it('lets no client wait once the engine is gone', async () => {
    const { gate, stopEngine } = await openTestGate()
    const client = await enter(gate, 'hello')

    stopEngine()

    await once(client, 'close')
  })
})

async function openTestGate() {
  const folder = await temporaryFolder()
  const [gate, target] = [join(folder, 'gate.sock'), join(folder, 'engine.sock')]
  const heard: string[] = []
  const inside = new Set<Socket>()
  const engine = createServer((socket) => {
    inside.add(socket)
    socket.on('data', (words) => {
      heard.push(`engine hears ${words.toString()}`)
      socket.write('answer')
    })
  }).listen(target)
  await once(engine, 'listening')
  const close = await openGate(gate, target, {
    firstCame: () => heard.push('came'),
    lastLeft: () => heard.push('gone'),
  })
  const stopEngine = () => {
    engine.close()
    for (const socket of inside) socket.destroy()
  }
  onTestFinished(async () => {
    await close()
    stopEngine()
  })
  return { heard, gate, stopEngine }
}

async function enter(gate: string, words: string): Promise<Socket> {
  const client = connect(gate)
  client.write(words)
  await once(client, 'data')
  return client
}
