// The lesson of touchAfter, over HTTP: the writes of twenty requests, counted, and the end that does not move.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { page, type Visitor } from '../visitor.ts'

const PATH = '/lessons/touch-after'
const SIDES = ['always', 'daily']
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

type Document = { _id: string; expires: Date }

const collection = (side: string) =>
  site.database.collection<Document>(`lesson-touch-after-${side}`)
const ends = (side: string) =>
  collection(side)
    .findOne()
    .then((one) => one?.expires.getTime() ?? 0)

// A visitor of a site where nobody else is.
async function beginner(): Promise<Visitor> {
  for (const side of SIDES) await collection(side).deleteMany({})
  const visitor = site.visitor()
  for (const side of SIDES) await visitor.post(`${PATH}/try/${side}/begin`, {})
  return visitor
}

const writes = async (visitor: Visitor) =>
  page(await visitor.get(PATH))
    .querySelectorAll('table td')
    .map(({ text }) => Number(text))

describe(`POST ${PATH}/try/measure`, () => {
  it('counts twenty writes with touchAfter 0 and none with 24 hours, where the end does not move either', async () => {
    const visitor = await beginner()
    const before = [await ends('always'), await ends('daily')]

    const answer = await visitor.post(`${PATH}/try/measure`, {})

    expect([answer.status, answer.headers.location]).toEqual([303, `${PATH}#try`])
    expect(await writes(visitor)).toEqual([20, 0])
    expect(await ends('always')).toBeGreaterThan(before[0] ?? 0)
    expect(await ends('daily')).toBe(before[1])
    const shown = page(await visitor.get(PATH))
    expect(shown.querySelectorAll('.exchanges > li')[1]?.text).toContain(t('lessons.by.tab'))
    expect(shown.querySelector('#code mark')?.text).toContain('touchAfter')
  })

  it('counts changes on both sides', async () => {
    const visitor = await beginner()

    await visitor.post(`${PATH}/try/measure`, { changes: 'on' })

    expect(await writes(visitor)).toEqual([20, 3])
  })

  it.each(['changes=made-up', 'changes=on&changes=on'])('takes “%s” for none', async (body) => {
    const visitor = await beginner()

    await visitor.post(`${PATH}/try/measure`, body)

    expect(await writes(visitor)).toEqual([20, 0])
  })

  it('counts nothing for who has not begun, and does not offer it', async () => {
    const visitor = site.visitor()

    await visitor.post(`${PATH}/try/measure`, {})

    expect(await writes(visitor)).toEqual([0, 0])
    expect(page(await visitor.get(PATH)).querySelector('form[action$="/measure"]')).toBeNull()
  })
})
