// What happened at an account, for its owner alone: events with device and address, and a picture of the sign-ins.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { DAY } from '../../../config/time.ts'
import { usersOf } from '../../documents.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { page, type Visitor } from '../../visitor.ts'

const PATH = '/account/activity'
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1'
const t = translator('en')
const eventName = (event: string) => t(`account.activity.events.${event}`)

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const rowsOf = async (visitor: Visitor) =>
  page(await visitor.get(PATH))
    .querySelectorAll('.events tbody tr')
    .map((row) => row.querySelectorAll('th, td').map((cell) => cell.text.trim()))

describe(`GET ${PATH}`, () => {
  it('lists what happened, the latest first, with device, address and outcome', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.registerAndSignIn()
    await site.visitor().signIn({ username, password: 'wrong' }, { 'User-Agent': PHONE })
    await visitor.fill('/account/password', { current: 'wrong', password: 'a new and long one' })

    const rows = await rowsOf(visitor)

    expect(rows.map(([event, , , , outcome]) => [event, outcome])).toEqual([
      [eventName('password-check-failed'), t('account.activity.outcomes.refused')],
      [eventName('sign-in-failed'), t('account.activity.outcomes.refused')],
      [eventName('sign-in'), t('account.activity.outcomes.done')],
      [eventName('registered'), t('account.activity.outcomes.done')],
    ])
    expect(rows[1]?.slice(2, 4)).toEqual([
      'Safari 18 on iOS',
      expect.stringMatching(/127\.0\.0\.1/),
    ])
  })

  it('draws the sign-ins of thirty days, and says the same in words', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.registerAndSignIn()
    await site.visitor().signIn({ username, password: 'wrong' })
    await site.visitor().signIn({ username })

    const chart = page(await visitor.get(PATH)).querySelector('.chart')

    expect(chart?.querySelectorAll('rect.done, rect.refused')).toHaveLength(2)
    expect(chart?.querySelector('svg')?.getAttribute('role')).toBe('img')
    expect(chart?.querySelector('desc')?.text).toBe(
      t('account.activity.chart.text', { done: 2, refused: 1, most: 3 }),
    )
    const today = new Date().toISOString().slice(0, 10)
    expect(chart?.querySelector('li')?.text).toBe(
      t('account.activity.chart.day', { day: today, done: 2, refused: 1 }),
    )
  })

  it('shows fifty events at most, and keeps two hundred', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.becomeMember()
    const _id = String((await usersOf(site).findOne({ username }))?._id)
    const activities = site.database.collection<{ _id: string; events: object[] }>('activities')
    const old = { at: new Date(), event: 'sign-in', outcome: 'done', address: '::1', agent: PHONE }
    await activities.insertOne({ _id, events: Array.from({ length: 200 }, () => old) })
    await visitor.fill('/account/password', { current: 'wrong', password: validPassword })

    const rows = await rowsOf(visitor)

    expect(rows).toHaveLength(50)
    expect(rows[0]?.[0]).toBe(eventName('password-check-failed'))
    expect((await activities.findOne({ _id }))?.events).toHaveLength(200)
  })

  it('shows nothing that is older than ninety days', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.becomeMember()
    const _id = String((await usersOf(site).findOne({ username }))?._id)
    const event = { event: 'sign-in', outcome: 'done', address: '::1', agent: PHONE }
    const events = [91, 89].map((days) => ({ ...event, at: new Date(Date.now() - days * DAY) }))
    await site.database
      .collection<{ _id: string; events: object[] }>('activities')
      .insertOne({ _id, events })

    expect(await rowsOf(visitor)).toHaveLength(1)
  })

  it('shows nobody else’s, and a made-up device as text', async () => {
    const victim = site.visitor()
    const { username = '' } = await victim.registerAndSignIn()
    await site.visitor().signIn({ username }, { 'User-Agent': '<script>alert(1)</script>' })
    const stranger = site.visitor()
    await stranger.registerAndSignIn()

    expect(await rowsOf(stranger)).toHaveLength(2)
    expect((await victim.get(PATH)).text).not.toContain('<script>alert')
    expect((await site.visitor().get(PATH)).status).toBe(303)
  })
})
