// What happened at an account, for its owner alone: events with device and address, and a picture of the sign-ins.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { DAY } from '../../../config/time.ts'
import { purgeActivities, recordActivity } from '../../../models/account/activity.ts'
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

type Stored = { _id: string; events: { event: string; at: Date }[]; signIns?: object[] }
const activities = () => site.database.collection<Stored>('activities')
const idOf = async (username: string) => String((await usersOf(site).findOne({ username }))?._id)
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

  it('tells what one browser repeats within a day as one event with its count', async () => {
    const visitor = site.visitor()
    await visitor.registerAndSignIn()
    for (let turn = 0; turn < 3; turn++) await visitor.get('/account/export')
    await visitor.fill('/account/password', { current: 'wrong', password: validPassword })
    await visitor.get('/account/export', { 'User-Agent': '$agent' })
    await visitor.get('/account/export')

    const rows = await rowsOf(visitor)

    const event = eventName('data-exported')
    expect(rows.map(([name]) => name)).toEqual([
      t('account.activity.repeated', { event, count: 4 }),
      event,
      eventName('password-check-failed'),
      eventName('sign-in'),
      eventName('registered'),
    ])
  })

  it('keeps the sign-ins, whatever else is repeated with however many browsers', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.registerAndSignIn()
    const _id = await idOf(username)
    const exported = { event: 'data-exported', outcome: 'done', address: '::1' } as const
    for (let turn = 0; turn < 205; turn++) {
      void recordActivity(_id, { ...exported, at: new Date(), agent: `${turn}` }, console)
    }

    const rows = await rowsOf(visitor)

    expect(rows.map(([name]) => name).slice(40)).toEqual([
      eventName('sign-in'),
      eventName('registered'),
    ])
  })

  it('is kept for ninety days, its sign-ins for the thirty that are drawn, whoever comes back or not', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.becomeMember()
    const [_id, gone] = [await idOf(username), 'gone']
    const ago = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000)
    const at = (days: number) => ({ at: ago(days), event: 'sign-in', outcome: 'done', agent: '' })
    const old = { events: [at(400), at(91), at(89)], signIns: [at(400), at(32), at(29)] }
    await activities().deleteMany({})
    await activities().insertMany([
      { _id, ...old }, // as the site wrote them before there was a purge
      { _id: gone, events: [at(400)], signIns: [at(400)] },
    ])

    await purgeActivities()

    const [kept, ...others] = await activities().find().toArray()
    expect([kept?.events.length, kept?.signIns?.length]).toEqual([1, 1])
    expect(kept?.events[0]?.at.getTime()).toBeGreaterThan(ago(90).getTime())
    expect(others).toEqual([])
    await activities().updateOne({ _id }, { $set: { ...old, purgeAt: ago(-1) } })
    await visitor.get('/account/export')
    await visitor.get(PATH)
    const after = await activities().findOne({ _id })
    expect(after?.events.map(({ event }) => event)).toEqual(['sign-in', 'data-exported'])
    expect(after).toMatchObject({ signIns: [{}] })
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
