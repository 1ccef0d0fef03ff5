// The lesson of the idle timeout, over HTTP: who is active stays, who is idle goes, and what is written for it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, page, type Visitor } from '../visitor.ts'

const PATH = '/lessons/idle'
const IDLE = 30_000
const SIDES = ['always', 'near-end']
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

type Document = { _id: string; expires: Date; session: { renewedAt: number } }

const collection = (side: string) => site.database.collection<Document>(`lesson-idle-${side}`)

// A visitor of a site where nobody else is.
async function beginner(): Promise<Visitor> {
  for (const side of SIDES) await collection(side).deleteMany({})
  const visitor = site.visitor()
  for (const side of SIDES) await visitor.post(`${PATH}/try/${side}/begin`, {})
  return visitor
}

// Time passes: what is stored lies so many seconds further back.
async function pass(seconds: number) {
  for (const side of SIDES) {
    const document = await collection(side).findOne()
    const expires = new Date((document?.expires.getTime() ?? 0) - seconds * 1000)
    const renewedAt = (document?.session.renewedAt ?? 0) - seconds * 1000
    await collection(side).updateOne({}, { $set: { expires, 'session.renewedAt': renewedAt } })
  }
}

// Look around; answers on which side the end was moved, and on which a cookie was sent.
async function look(visitor: Visitor) {
  const found = []
  for (const side of SIDES) {
    const before = await collection(side).findOne()
    const answer = await visitor.get(`${PATH}/try/${side}/look`)
    const after = await collection(side).findOne()
    const isSent = cookiesOf(answer)[`idle.${side}`] !== undefined
    found.push([after?.expires.getTime() !== before?.expires.getTime(), isSent])
  }
  return found
}

describe(PATH, () => {
  it('moves the end at every request on one side, and only in the second half on the other', async () => {
    const visitor = await beginner()

    await pass(10)
    const early = await look(visitor)
    await pass(10)
    const late = await look(visitor)

    expect(early).toEqual([
      [true, true],
      [false, false],
    ])
    expect(late).toEqual([
      [true, true],
      [true, true],
    ])
    for (const side of SIDES) {
      const left = ((await collection(side).findOne())?.expires.getTime() ?? 0) - Date.now()
      expect(left).toBeGreaterThan(IDLE - 10_000)
      expect(left).toBeLessThanOrEqual(IDLE)
    }
  })

  it('ends both sessions thirty seconds after the last request', async () => {
    const visitor = await beginner()

    await pass(31)

    expect(await look(visitor)).toEqual([
      [false, false],
      [false, false],
    ])
    const shown = page(await visitor.get(PATH))
    const stores = shown
      .querySelectorAll('.side div:nth-child(2) dd')
      .map(({ text }) => text.trim())
    expect(stores).toEqual([t('lessons.side.expired'), t('lessons.side.expired')])
    expect(shown.querySelector('form[action$="/measure"]')).toBeNull()
  })

  it('counts the writes of twenty requests: twenty on one side, none on the other', async () => {
    const visitor = await beginner()

    const answer = await visitor.post(`${PATH}/try/measure`, {})

    const shown = page(await visitor.get(PATH))
    expect([answer.status, answer.headers.location]).toEqual([303, `${PATH}#try`])
    expect(shown.querySelectorAll('table td').map(({ text }) => text)).toEqual(['20', '0'])
    expect(shown.querySelector('.exchanges')?.text).toContain(t('lessons.by.tab'))
  })
})
