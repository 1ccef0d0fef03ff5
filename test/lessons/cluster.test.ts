// Lessons in a cluster: workers share one port, so that a lesson client's request may be answered by another one than it was set off by.
import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { root } from '../../config/paths.ts'
import { addWords } from '../../lessons/index.ts'
import { panesOf } from './panes.ts'
import { Visitor } from '../visitor.ts'

const DATABASE = `test-lessons-cluster-${randomBytes(6).toString('hex')}`
const TIMEOUT = { timeout: 60_000, interval: 20 }
const SLOW = { timeout: 120_000 } // processes are started, which takes long on a busy machine
const ALONE = { Connection: 'close' } // of a kept connection all requests would reach the same worker
const t = translator('en')

type Message = { worker: number; port?: number; path?: string; by?: string }

const messages: Message[] = []
let primary: ChildProcess
let address = ''
beforeAll(async () => {
  addWords()
  const tsx = createRequire(import.meta.url).resolve('tsx')
  const url = inject('mongoUrl').replace('/?', `/${DATABASE}?`)
  primary = fork(join(root, 'test', 'lessons', 'cluster-site.ts'), [url], {
    execArgv: ['--import', tsx],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  primary.on('message', (message: Message) => messages.push(message))
  const ports = await vi.waitFor(() => {
    const found = messages.flatMap(({ port }) => (port === undefined ? [] : [port]))
    if (found.length < 2) throw new Error('Not both workers are open')
    return found
  }, TIMEOUT)
  expect(ports[0]).toBe(ports[1])
  address = `http://127.0.0.1:${ports[0] ?? 0}`
}, 120_000)
afterAll(async () => {
  const ended = once(primary, 'exit')
  primary.kill('SIGKILL')
  await ended
  const client = await MongoClient.connect(inject('mongoUrl'))
  await client.db(DATABASE).dropDatabase()
  await client.close()
}, 120_000)

describe('A lesson client', SLOW, () => {
  it('is known for one by whichever worker answers it', async () => {
    const visitor = new Visitor(address)
    const button = '/lessons/flags/try/proxy/behind'
    const target = '/lessons/flags/try/behind/visit' // asked in an application within the site
    const crossed = () => {
      const presses = messages.filter(({ path }) => path === button)
      const visits = messages.filter(({ path, by }) => path === target && by === 'client')
      return visits.some(({ worker }, index) => worker !== presses[index]?.worker)
    }

    await vi.waitUntil(async () => {
      await visitor.post(button, {}, ALONE)
      return crossed()
    }, TIMEOUT)

    const { requests } = await panesOf(visitor, '/lessons/flags')
    const visits = requests.filter((request) => request.includes(target))
    expect(visits.length).toBeGreaterThan(0)
    expect(visits.filter((visit) => !visit.includes(t('lessons.by.proxy')))).toEqual([])
  })
})
