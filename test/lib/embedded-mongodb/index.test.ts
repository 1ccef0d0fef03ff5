// The embedded database as its users meet it: it starts, survives the death of its process, and ends in order.
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { embeddedWrites } from '../../../config/database.ts'
import { isAlive } from '../../is-alive.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { connect, TIMEOUT, pidOf, runFolders, startEngine } from './engine.ts'

const acknowledged = { writeConcern: embeddedWrites }

describe('startEmbeddedMongodb', () => {
  it('starts on an empty folder, and again on the same one at the same address with what was stored', async () => {
    const dataDir = await temporaryFolder()
    const first = await startEngine(dataDir)
    const before = await connect(first)
    await before.collection('things').insertOne({ name: 'lantern' }, acknowledged)
    await before.close()
    await first.close()

    const second = await startEngine(dataDir)

    expect(second.url).toBe(first.url)
    const after = await connect(second)
    expect(await after.collection('things').distinct('name')).toEqual(['lantern'])
  })
})

describe('SIGKILL of the process', () => {
  it('loses nothing acknowledged: it is started again and the same connection goes on by itself', async () => {
    const dataDir = await temporaryFolder()
    const engine = await startEngine(dataDir)
    const connection = await connect(engine)
    const numbers = connection.collection<{ _id: number }>('numbers')
    const kept: number[] = []
    let next = 0
    let writing = true
    const write = async () => {
      while (writing) {
        const number = next++
        await numbers.insertOne({ _id: number }, acknowledged).then(
          () => kept.push(number),
          () => undefined, // not acknowledged, so nothing was promised
        )
      }
    }
    const writers = [write(), write(), write(), write()]

    // At different moments after its start, because it writes its journal in a rhythm of its own.
    for (const writes of [150, 225, 300]) {
      const dead = pidOf(engine)
      const before = kept.length
      await vi.waitUntil(() => kept.length > before + writes, TIMEOUT)
      process.kill(dead, 'SIGKILL')
      await vi.waitUntil(() => engine.pid() !== dead, TIMEOUT)
    }
    const before = kept.length
    await vi.waitUntil(() => kept.length > before + 100, TIMEOUT)
    writing = false
    await Promise.all(writers)

    const stored = new Set(await numbers.distinct('_id'))
    expect(kept.filter((number) => !stored.has(number))).toEqual([])
    expect(await runFolders(dataDir)).toHaveLength(1)
  })
})

describe('An engine that was started again but whose address could not be set', () => {
  it('is closed and started once more, until the address leads to it', async () => {
    const dataDir = await temporaryFolder()
    const engine = await startEngine(dataDir)
    const connection = await connect(engine)
    const address = join(dataDir, 'sockets', 'site.sock')
    const first = pidOf(engine)
    await rm(address)
    await mkdir(join(address, 'in the way'), { recursive: true })

    process.kill(first, 'SIGKILL')
    await vi.waitUntil(() => engine.pid() !== first, TIMEOUT)
    const second = pidOf(engine)
    await vi.waitUntil(() => !isAlive(second), TIMEOUT)
    await rm(address, { recursive: true })

    const ping = () => connection.db?.command({ ping: 1 })
    await vi.waitFor(async () => expect(await ping()).toMatchObject({ ok: 1 }), TIMEOUT)
  })
})

describe('close', () => {
  it('ends the process and leaves no socket and no run folder', async () => {
    const dataDir = await temporaryFolder()
    const engine = await startEngine(dataDir)
    const pid = pidOf(engine)

    await engine.close()

    expect(isAlive(pid)).toBe(false)
    expect(existsSync(`${dataDir}/sockets/mongodb.sock`)).toBe(false)
    expect(await runFolders(dataDir)).toEqual([])
  })

  it('ends a process that does not react, and keeps what was acknowledged', async () => {
    const dataDir = await temporaryFolder()
    const engine = await startEngine(dataDir)
    const connection = await connect(engine)
    await connection.collection('things').insertOne({ name: 'lantern' }, acknowledged)
    const pid = pidOf(engine)
    process.kill(pid, 'SIGSTOP')

    await engine.close()

    expect(isAlive(pid)).toBe(false)
    const again = await connect(await startEngine(dataDir))
    expect(await again.collection('things').countDocuments()).toBe(1)
  })

  it('ends a process that was killed just before and is being started again', async () => {
    const dataDir = await temporaryFolder()
    const engine = await startEngine(dataDir)
    const dead = pidOf(engine)
    process.kill(dead, 'SIGKILL')
    await vi.waitUntil(() => engine.pid() !== dead, TIMEOUT)
    const pid = pidOf(engine)

    await engine.close()

    expect(isAlive(pid)).toBe(false)
    expect(await runFolders(dataDir)).toEqual([])
  })
})
