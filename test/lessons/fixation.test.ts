// The lesson of the planted id, over HTTP: what the attacker sees afterwards, with and without a new id.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf } from '../visitor.ts'
import { panesOf } from './panes.ts'

const PATH = '/lessons/fixation'
const t = translator('en')
const outcome = (key: string) => t(`lessons.fixation.outcome.${key}`, { username: 'zhangsan' })

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

async function playThrough(how: string) {
  const visitor = site.visitor()
  const press = (button: string) => visitor.post(`${PATH}/try/${button}`, {})
  const name = `fixation-${how}.sid`
  const planted = cookiesOf(await press(`plant/${how}`))[name]?.value
  const before = await panesOf(visitor, PATH)
  const mine = cookiesOf(await press(`${how}/sign-in`))[name]?.value ?? planted
  await press(`attack/${how}`)
  return { visitor, planted, mine, before, after: await panesOf(visitor, PATH) }
}

describe(`POST ${PATH}/try/attack`, () => {
  it('lets the attacker in where the id stays the same', async () => {
    const { planted, mine, before, after } = await playThrough('without')

    expect(mine).toBe(planted)
    expect(before.outcomes).toEqual([outcome('planted'), outcome('kept-out')])
    expect(after.outcomes.slice(0, 2)).toEqual([outcome('attacked'), outcome('let-in')])
    expect(after.requests[1]).toContain(t('lessons.by.attacker'))
    expect(after.marked).toContain('regenerate')
  })

  it('keeps the attacker out where the sign-in makes a new id, and the old document is gone', async () => {
    const { visitor, planted = '', mine, after } = await playThrough('with')

    expect(mine).not.toBe(planted)
    expect(after.outcomes.slice(0, 2)).toEqual([outcome('attacked'), outcome('kept-out')])
    expect(after.stored).toHaveLength(1)
    expect(after.stored[0]).toContain('zhangsan')
    expect(after.stored[0]).not.toContain(planted.slice(4, 20))
    expect(visitor.cookie('sid')).toBeUndefined()
  })

  it('takes no harm from an attacker who has planted nothing', async () => {
    const visitor = site.visitor()

    const answer = await visitor.post(`${PATH}/try/attack/with`, {})

    expect(answer.status).toBe(303)
    expect((await panesOf(visitor, PATH)).outcomes[1]).toBe(outcome('kept-out'))
  })
})
