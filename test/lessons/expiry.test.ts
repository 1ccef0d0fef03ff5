// The lesson of expiry, over HTTP: what moves the end in the browser and in the store, with rolling and without.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, page, type Visitor } from '../visitor.ts'

const PATH = '/lessons/expiry'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

type Document = { _id: string; expires: Date }

const collection = (side: string) => site.database.collection<Document>(`lesson-expiry-${side}`)
const documents = (side: string) => collection(side).find().toArray()

// What one press does in a browser, which follows from the first side to the second; answers the cookie of each.
async function press(visitor: Visitor, verb: 'begin' | 'look' | 'end') {
  const answers = []
  for (const side of ['fixed', 'rolling']) {
    const path = `${PATH}/try/${side}/${verb}`
    answers.push(verb === 'look' ? await visitor.get(path) : await visitor.post(path, {}))
  }
  const [first, second] = answers
  expect([first?.status, first?.headers.location]).toEqual([307, `${PATH}/try/rolling/${verb}`])
  expect([second?.status, second?.headers.location]).toEqual([303, `${PATH}#try`])
  return answers.map((answer, index) => cookiesOf(answer)[`expiry.${index ? 'rolling' : 'fixed'}`])
}

const outcome = async (visitor: Visitor) =>
  page(await visitor.get(PATH))
    .querySelectorAll('.side dd')
    .map(({ text }) => text.trim())

describe(PATH, () => {
  it('sends the cookie anew at every request only with rolling; the store moves its own end on both sides', async () => {
    const visitor = site.visitor()

    const begun = await press(visitor, 'begin')
    const before = [...(await documents('fixed')), ...(await documents('rolling'))]
    const looked = await press(visitor, 'look')
    const after = [...(await documents('fixed')), ...(await documents('rolling'))]

    expect(begun.map((cookie) => cookie !== undefined)).toEqual([true, true])
    expect(looked.map((cookie) => cookie !== undefined)).toEqual([false, true])
    expect(before).toHaveLength(2)
    after.forEach(({ expires }, index) => {
      expect(expires.getTime()).toBeGreaterThan(before[index]?.expires.getTime() ?? 0)
      expect(expires.getTime() - Date.now()).toBeLessThanOrEqual(10_000)
    })
    const [sent, alive] = await outcome(visitor)
    expect(sent).toBe(t('lessons.side.sent'))
    expect(alive).toContain(t('lessons.side.alive'))
    expect(page(await visitor.get(PATH)).querySelectorAll('#stored pre code')).toHaveLength(2)
  })

  it('sends the cookie also without rolling where something changes', async () => {
    const visitor = site.visitor()
    await press(visitor, 'begin')

    expect((await press(visitor, 'begin')).every((cookie) => cookie !== undefined)).toBe(true)
  })

  it('ends both in the store with maxAge = 0, but takes only the rolling cookie away', async () => {
    const visitor = site.visitor()
    await press(visitor, 'begin')

    const [fixed, rolling] = await press(visitor, 'end')

    expect(fixed).toBeUndefined()
    expect(rolling?.flags.some((flag) => flag.startsWith('expires='))).toBe(true)
    expect(await outcome(visitor)).toEqual([
      t('lessons.side.sent'),
      t('lessons.side.expired'),
      t('lessons.side.not-sent'),
      t('lessons.side.nothing'),
    ])
  })

  it('begins an empty session for who comes after the end', async () => {
    const visitor = site.visitor()
    await press(visitor, 'begin')
    for (const side of ['fixed', 'rolling']) {
      await collection(side).updateMany({}, { $set: { expires: new Date(Date.now() - 1) } })
    }

    const looked = await press(visitor, 'look')

    expect(looked).toEqual([undefined, undefined])
    expect((await outcome(visitor))[1]).toBe(t('lessons.side.expired'))
  })

  it('changes nothing where nothing has begun', async () => {
    const visitor = site.visitor()

    expect(await press(visitor, 'end')).toEqual([undefined, undefined])
    expect(await press(visitor, 'look')).toEqual([undefined, undefined])
    expect((await outcome(visitor))[1]).toBe(t('lessons.side.nothing'))
  })
})
