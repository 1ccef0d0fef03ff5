// The lesson of the two servers: real processes that take turns, are killed, and are never left behind.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { isAlive } from '../is-alive.ts'
import { panesOf } from './panes.ts'

const PATH = '/lessons/servers'
const TIMEOUT = { timeout: 25_000, interval: 20 }
const SLOW = { timeout: 120_000 } // each starts processes, which takes long on a busy machine
const t = translator('en')
const outcome = (key: string, server = '') => t(`lessons.servers.outcome.${key}`, { server })

let site: Site
let pids: number[] = []
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(async () => {
  await site.close()
  await vi.waitUntil(() => !pids.some(isAlive), TIMEOUT) // they stop with the site
})

function someone() {
  const visitor = site.visitor()
  const press = (button: string, fields = {}) => visitor.post(`${PATH}/try/${button}`, fields)
  const see = async () => {
    const panes = await panesOf(visitor, PATH)
    const running = panes.shown.querySelectorAll('[id^=server-]').map(({ text }) => text)
    pids = running.map((text) => Number(/process (\d+)/.exec(text)?.[1]))
    return { ...panes, running }
  }
  return { press, see }
}

// One after the other with the same two servers: starting them takes longest.
describe(`POST ${PATH}/try/memory`, SLOW, () => {
  it('signs somebody in at one server, whom every second request finds signed in', async () => {
    const { press, see } = someone()

    await press('memory/sign-in')
    const first = await see()
    await press('six/memory')

    expect(first.outcomes).toEqual([outcome('signed-in', 'A')])
    expect(first.stored[0]).toContain('"server": "A"')
    expect(first.stored[0]).toContain('zhangsan')
    expect(first.operations[0]).toContain('set')
    const { outcomes, requests, marked } = await see()
    const [a, b] = [outcome('known', 'A'), outcome('unknown', 'B')]
    expect(outcomes.slice(0, 7)).toEqual([outcome('six'), a, b, a, b, a, b])
    expect(requests[1]).toContain(t('lessons.by.tab'))
    expect(marked).toContain('MemoryStore')
  })

  it('forgets everybody when the server is killed', async () => {
    const { press, see } = someone()
    await press('memory/sign-in')
    const before = await see()

    await press('kill', { server: 'A' })
    await press('memory/visit')
    await press('memory/visit')

    const { outcomes, running, stored } = await see()
    const alone = outcome('unknown', 'B')
    expect(before.stored).toHaveLength(1)
    expect(outcomes.slice(0, 3)).toEqual([alone, alone, outcome('killed', 'A')])
    expect(running[0]).toMatch(/is dead/)
    expect(stored).toEqual([])
  })
})

describe(`GET ${PATH}`, SLOW, () => {
  it('keeps the key and the port of each server from everybody who asks for the page as JSON', async () => {
    const answer = await site.visitor().get(PATH, { Accept: 'application/json' })

    const { servers } = answer.body as { servers: object[] }
    expect(servers.map((one) => Object.keys(one))).toEqual([
      ['name', 'pid', 'isAlive'],
      ['name', 'pid', 'isAlive'],
    ])
  })
})

describe(`POST ${PATH}/try/kill`, SLOW, () => {
  it('says so when no server is left, or the one to kill is none', async () => {
    const { press, see } = someone()

    await press('kill', { server: 'A' })
    await press('kill', { server: 'B' })
    await press('kill', { server: ['made', 'up'] })
    await press('database/visit')

    expect((await see()).outcomes.slice(0, 2)).toEqual([
      outcome('nobody'),
      outcome('not-killed', 'A'),
    ])
  })
})

describe(`POST ${PATH}/try/database`, SLOW, () => {
  it('finds somebody signed in at every server, after one is killed, and after all are restarted, when memories forget', async () => {
    const { press, see } = someone()
    await press('restart')

    await press('database/sign-in')
    await press('six/database')
    await press('memory/sign-in')
    await press('kill', { server: 'B' })
    await press('database/visit')
    await see()
    const old = pids
    await press('restart')
    await press('database/visit')
    const { outcomes, stored, running, operations } = await see()
    await press('memory/visit')

    const [a, b] = [outcome('known', 'A'), outcome('known', 'B')]
    expect(outcomes.slice(0, 4)).toEqual([b, outcome('restarted'), a, outcome('killed', 'B')])
    expect(outcomes.slice(6, 12)).toEqual([a, b, a, b, a, b])
    expect(stored[0]).toContain('zhangsan')
    expect(operations[0]).toContain('get → touch')
    expect(running.join()).not.toMatch(/is dead/)
    expect(pids.some((pid) => old.includes(pid))).toBe(false)
    expect((await see()).outcomes[0]).toBe(outcome('unknown', 'A'))
  })
})
