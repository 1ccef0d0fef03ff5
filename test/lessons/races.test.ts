// The lesson of the race, over HTTP: a sign-out during a slow request, with the stock store and with the site's own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { panesOf } from './panes.ts'

const PATH = '/lessons/races'
const t = translator('en')
const outcome = (key: string) => t(`lessons.races.outcome.${key}`, { username: 'zhangsan' })

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

async function playThrough(how: string) {
  const visitor = site.visitor()
  const press = (button: string) => visitor.post(`${PATH}/try/${how}/${button}`, {})
  await press('sign-in')
  const before = await panesOf(visitor, PATH)
  await press('visit')
  const visited = await panesOf(visitor, PATH)
  await press('slow')
  const slow = await panesOf(visitor, PATH)
  await press('visit')
  return { before, visited, slow, after: await panesOf(visitor, PATH) }
}

describe(`POST ${PATH}/try/<store>/slow`, () => {
  it('undoes a sign-out with the stock store', async () => {
    const { visited, slow, after } = await playThrough('stock')

    expect(slow.outcomes.slice(0, 2)).toEqual([outcome('slow'), outcome('signed-out')])
    expect(slow.requests[1]).toContain(t('lessons.by.tab'))
    expect(slow.operations[0]).toContain('get → set')
    expect(slow.stored[0]).toContain('zhangsan')
    expect(visited.outcomes[0]).toBe(outcome('known'))
    expect(after.outcomes[0]).toBe(outcome('undone'))
  })

  it('leaves a sign-out as it is with the site’s own store', async () => {
    const { before, slow, after } = await playThrough('own')

    expect(before.stored[0]).toContain('zhangsan')
    expect(slow.outcomes.slice(0, 2)).toEqual([outcome('slow'), outcome('signed-out')])
    expect(slow.stored).toEqual([])
    expect(after.outcomes[0]).toBe(outcome('unknown'))
    expect(after.marked).toContain('stores.own')
  })

  it('takes no harm from who is not signed in', async () => {
    const visitor = site.visitor()

    await visitor.post(`${PATH}/try/stock/slow`, {})

    expect((await panesOf(visitor, PATH)).outcomes[0]).toBe(outcome('slow'))
  })
})
