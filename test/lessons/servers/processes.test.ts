// Lessons on several processes of the site with one database: whichever process answers, everything is as with one.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { workersOf } from '../../bin/children.ts'
import { openSite } from '../../bin/process.ts'
import { serverWrites } from '../../../config/database.ts'
import { isAlive } from '../../is-alive.ts'
import { openReplicaSet } from '../../replica-set.ts'
import { panesOf } from '../panes.ts'
import { Visitor, type Fields } from '../../visitor.ts'

const DATABASE = `test-lessons-servers-${process.pid}`
const TIMEOUT = { timeout: 60_000, interval: 20 }
const SLOW = { timeout: 240_000 } // lesson clients make hundreds of requests, and processes are started
const CLOSE = { Connection: 'close' } // of a kept connection all requests would reach the same worker

type Press = string | [button: string, fields: Fields]

// What is pressed in each lesson; "?" before a button is a link. Those of which seconds decide are left out: expiry, idle.
const walks: Record<string, Press[]> = {
  'first-visit': ['?look', 'begin', '?look'],
  visits: ['visit', 'visit', 'visit'],
  'sign-in': [
    'register',
    ['login', { username: 'zhangsan', password: 'wrong' }],
    ['login', { username: 'zhangsan', password: 'a lantern in the cave' }],
    '?home',
    'logout',
    '?home',
  ],
  uninitialized: [
    ['fifty', { side: 'true' }],
    ['fifty', { side: 'false' }],
  ],
  resave: [
    ...['resave', 'stock', 'own'].map((side) => `${side}/begin`),
    ...['resave', 'stock', 'own'].map((side) => `${side}/slow-reads`),
    ...['resave', 'stock', 'own'].map((side) => `${side}/slow-writes`),
  ],
  'touch-after': ['always/begin', 'daily/begin', ['measure', { changes: 'on' }]],
  servers: [
    'restart',
    ...['memory', 'database'].flatMap((kind) => [
      `${kind}/sign-in`,
      `${kind}/visit`,
      `${kind}/visit`,
      `six/${kind}`,
    ]),
    ['kill', { server: 'A' }],
    ['kill', { server: 'A' }],
    'memory/visit',
    'database/visit',
    'restart',
    'database/visit',
    'memory/visit',
  ],
  secret: [
    'before/sign-in',
    'before/visit',
    'during/visit',
    'after/visit',
    'tamper/client',
    'tamper/browser',
    'before/visit',
  ],
  flags: [
    ...['closed', 'open', 'secure', 'strict', 'lax', 'none'].map((kind) => `${kind}/visit`),
    'proxy/direct',
    'proxy/behind',
    '?arrive',
  ],
  captcha: [
    '?once/code',
    ['once/login', { code: '' }],
    ['once/login', { code: '' }],
    '?again/code',
    'again/refresh',
  ],
  'cross-origin': ['closed', 'document', 'lax', 'none', 'partitioned'].flatMap((how) => [
    `ask/${how}/omit`,
    `ask/${how}/include`,
  ]),
  'cookie-session': ['signed', 'encrypted'].flatMap((kind) => [
    `${kind}/before/sign-in`,
    `${kind}/during/visit`,
    `${kind}/during/more`,
    `${kind}/after/visit`,
    `copy/${kind}`,
  ]),
  fixation: ['without', 'with'].flatMap((how) => [
    `plant/${how}`,
    `${how}/sign-in`,
    `attack/${how}`,
    `?${how}/letters`,
  ]),
  md5: [
    ['digest', { password: 'dragon' }],
    ['digest', { password: 'a lantern in the cave' }],
  ],
  races: ['stock', 'own'].flatMap((how) => [`${how}/sign-in`, `${how}/slow`, `${how}/visit`]),
}

const ends: (() => Promise<void>)[] = []
let set: Awaited<ReturnType<typeof openReplicaSet>>
let client: MongoClient
let addresses: string[] // of two processes that know nothing of each other
let workers: Awaited<ReturnType<typeof openServer>> // two that have one primary
beforeAll(async () => {
  set = await openReplicaSet(inject('mongoUrl'))
  client = await MongoClient.connect(inject('mongoUrl'))
  const address = inject('mongoUrl').replace('/?', `/${DATABASE}?`)
  const [here, there, both] = await Promise.all([
    openServer(address),
    openServer(address),
    openServer(set.urlOf(DATABASE), '2'),
  ])
  addresses = [here.address, there.address]
  workers = both
})
afterAll(async () => {
  for (const end of ends) await end()
  await client.db(DATABASE).dropDatabase()
  await client.close()
  await set.close()
})

describe('Every lesson', SLOW, () => {
  it.each(Object.keys(walks))(
    'comes out the same when each request reaches another process: %s',
    async (lesson) => {
      // Each machine has two servers of its own for the lesson, which the workers of one site share.
      const others = lesson === 'servers' ? [workers.address] : addresses
      const alone = await walk(lesson, addresses.slice(0, 1))
      const inTurn = await walk(lesson, others)

      expect(alone.outcomes.length).toBeGreaterThan(0)
      expect(inTurn).toEqual(alone)
    },
  )
})

describe('POST /lessons/sign-in/try/register at one process', SLOW, () => {
  it('makes an account for all of them', async () => {
    const [here = '', there = ''] = addresses
    const account = { username: 'zhangsan', password: 'a lantern in the cave' }
    await client.db(DATABASE).collection('lesson-sign-in-users').deleteMany({})
    const before = await new Visitor(here).post('/lessons/sign-in/try/login', account)
    await new Visitor(there).post('/lessons/sign-in/try/register', {})

    const after = await new Visitor(here).post('/lessons/sign-in/try/login', account)

    expect(before.get('Set-Cookie')?.join()).not.toContain('sign-in.sid')
    expect(after.get('Set-Cookie')?.join()).toContain('sign-in.sid')
  })
})

describe('The servers of a lesson', SLOW, () => {
  it('ask the primary alone, and write to most members, whatever MONGO_URL says', () => {
    const writes = set.received.filter(
      ({ command }) => command.update === 'lesson-servers-database',
    )

    expect(writes.length).toBeGreaterThan(0)
    for (const { command } of writes) expect(command.writeConcern).toEqual(serverWrites)
    expect(set.received.filter(({ member }) => member !== 0)).toEqual([])
  })

  it('are one pair for all workers, outlive them, and end with the primary', async () => {
    const visitor = new Visitor(workers.address)
    const press = (button: string) => visitor.post(`/lessons/servers/try/${button}`, {}, CLOSE)
    await press('restart')
    await press('memory/sign-in')
    const pids = await pidsSeenBy(visitor)
    const old = workersOf(workers.pid)

    for (const pid of old) process.kill(pid, 'SIGKILL')
    await vi.waitUntil(() => !old.some(isAlive), TIMEOUT)
    const seen = await vi.waitUntil(() => pidsSeenBy(visitor).catch(() => undefined), TIMEOUT)
    await workers.kill('SIGKILL')

    expect(pids).toHaveLength(2)
    expect(seen).toEqual(pids)
    await vi.waitUntil(() => !pids.some(isAlive), TIMEOUT)
  })
})

/** Press everything as one browser, each time at the next of these addresses, and tell all that it is shown afterwards, at yet another. */
async function walk(lesson: string, addresses: string[]) {
  const visitors = addresses.map((address) => new Visitor(address))
  for (const other of visitors) Object.assign(other.agent, { jar: visitors[0]?.agent.jar })
  const at = (turn: number) => visitors[turn % visitors.length] ?? new Visitor('')
  const path = `/lessons/${lesson}`
  const outcomes: unknown[] = []
  for (const [turn, press] of (walks[lesson] ?? []).entries()) {
    const [button, fields] = typeof press === 'string' ? [press, {}] : press
    const address = `${path}/try/${button.replace('?', '')}`
    const { status } = button.startsWith('?')
      ? await at(turn).get(address, CLOSE)
      : await at(turn).post(address, fields, CLOSE)
    const { outcomes: shown, requests, operations, stored } = await panesOf(at(turn + 1), path)
    outcomes.push({ button, status, shown, requests, operations, stored: stored.length })
  }
  const _id = `${at(0).cookie('lesson-visitor') ?? ''} ${lesson}`
  const records = client.db(DATABASE).collection<{ _id: string; notes?: object }>('lesson-records')
  const { notes } = (await records.findOne({ _id })) ?? {}
  return { outcomes: withoutChance(outcomes), notes }
}

// Ports, and when it was, differ from walk to walk.
function withoutChance(outcomes: unknown[]): unknown[] {
  const text = JSON.stringify(outcomes).replace(/:\d{4,5}\b/g, ':port')
  return JSON.parse(text.replace(/\d\d:\d\d:\d\d\.\d{3}/g, 'time')) as unknown[]
}

async function pidsSeenBy(visitor: Visitor): Promise<number[]> {
  const { shown } = await panesOf(visitor, '/lessons/servers')
  return shown
    .querySelectorAll('[id^=server-]')
    .map(({ text }) => Number(/process (\d+)/.exec(text)?.[1]))
}

async function openServer(MONGO_URL: string, WORKERS = '1') {
  const DATA_DIR = await mkdtemp(join(tmpdir(), 'sesame-test-'))
  const site = await openSite(
    {
      DATA_DIR,
      MONGO_URL,
      SESSION_SECRETS: 'the one secret that both servers have',
      THROTTLE: 'off',
      LESSONS: 'on',
      WORKERS,
    },
    (end) => ends.push(end),
  )
  ends.push(() => rm(DATA_DIR, { recursive: true, force: true }))
  return site
}
