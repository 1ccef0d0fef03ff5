// Lessons on several processes of the site with one database: whichever process answers, everything is as with one.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { openSite } from '../../bin/process.ts'
import { isAlive } from '../../is-alive.ts'
import { panesOf } from '../panes.ts'
import { Visitor, type Fields } from '../../visitor.ts'

const DATABASE = `test-lessons-servers-${process.pid}`
const TIMEOUT = { timeout: 60_000, interval: 20 }
const SLOW = { timeout: 240_000 } // robots make hundreds of requests, and processes are started
const t = translator('en')

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
    'tamper/robot',
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
  'cross-origin': ['closed', 'document', 'lax', 'none'].flatMap((how) => [
    `ask/${how}/omit`,
    `ask/${how}/include`,
  ]),
  'cookie-session': ['signed', 'sealed'].flatMap((kind) => [
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
let client: MongoClient
let doors: string[]
let sites: Awaited<ReturnType<typeof openServer>>[]
beforeAll(async () => {
  client = await MongoClient.connect(inject('mongoUrl'))
  sites = await Promise.all([openServer(), openServer()])
  doors = sites.map(({ address }) => address)
})
afterAll(async () => {
  for (const end of ends) await end()
  await client.db(DATABASE).dropDatabase()
  await client.close()
})

describe('Every lesson', SLOW, () => {
  it.each(Object.keys(walks))(
    'comes out the same when each request reaches another process: %s',
    async (lesson) => {
      const alone = await walk(lesson, doors.slice(0, 1))
      const inTurn = await walk(lesson, doors)

      expect(alone.outcomes.length).toBeGreaterThan(0)
      expect(inTurn).toEqual(alone)
    },
  )
})

describe('POST /lessons/sign-in/try/register at one process', SLOW, () => {
  it('makes an account for all of them', async () => {
    const [here = '', there = ''] = doors
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
  it('end with the process that started them, and the other process starts new ones', async () => {
    const visitor = new Visitor(doors[1] ?? '')
    const memory = '/lessons/servers/try/memory'
    await new Visitor(doors[0] ?? '').post('/lessons/servers/try/restart', {})
    await visitor.post(`${memory}/sign-in`, {})
    const old = await pidsSeenBy(visitor)

    await sites[0]?.kill('SIGKILL')
    await vi.waitUntil(() => !old.some(isAlive), TIMEOUT)
    await visitor.post(`${memory}/visit`, {})

    const { told } = await panesOf(visitor, '/lessons/servers')
    expect(told[0]).toBe(t('lessons.servers.told.unknown', { server: 'B' }))
    const fresh = await pidsSeenBy(visitor)
    expect(fresh.filter(isAlive)).toHaveLength(2)
    await sites[1]?.kill('SIGTERM')
    expect(old.length).toBe(2)
    expect(fresh.some(isAlive)).toBe(false)
  })
})

/** Press everything as one browser, each time at the next of these doors, and tell all that it is shown afterwards, at yet another. */
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
      ? await at(turn).get(address)
      : await at(turn).post(address, fields)
    const { told, requests, operations, stored } = await panesOf(at(turn + 1), path)
    outcomes.push({ button, status, told, requests, operations, stored: stored.length })
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

async function openServer() {
  const DATA_DIR = await mkdtemp(join(tmpdir(), 'sesame-test-'))
  const site = await openSite(
    {
      DATA_DIR,
      MONGO_URL: inject('mongoUrl').replace('/?', `/${DATABASE}?`),
      SESSION_SECRETS: 'the one secret that both servers have',
      THROTTLE: 'off',
      LESSONS: 'on',
    },
    (end) => ends.push(end),
  )
  ends.push(() => rm(DATA_DIR, { recursive: true, force: true }))
  return site
}
