// The lesson of resave, over HTTP: what a slow request writes over, by option and by store.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, page, type Visitor } from '../visitor.ts'

const PATH = '/lessons/resave'
const SIDES = ['resave', 'stock', 'own']
const t = translator('en')

let kept: string
let lost: string

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' }) // which brings the lessons' words along
  ;[kept, lost] = [t('lessons.resave.kept'), t('lessons.resave.lost')]
})
afterAll(() => site.close())

async function beginner(): Promise<Visitor> {
  const visitor = site.visitor()
  for (const side of SIDES) await visitor.post(`${PATH}/try/${side}/begin`, {})
  return visitor
}

// The slow request on one side; answers what the page says of the quick one.
async function race(visitor: Visitor, side: string, slow: 'slow-reads' | 'slow-writes') {
  const answer = await visitor.post(`${PATH}/try/${side}/${slow}`, {})
  expect([answer.status, answer.headers.location]).toEqual([303, `${PATH}#try`])
  const shown = page(await visitor.get(PATH))
  return shown.querySelector(`#outcome-${side} .verdict`)?.text
}

describe(`POST ${PATH}/try/…/slow-reads`, () => {
  it('undoes with resave: true what the quick request wrote, though it only read', async () => {
    const visitor = await beginner()

    expect(await race(visitor, 'resave', 'slow-reads')).toBe(lost)
    expect(await race(visitor, 'resave', 'slow-reads')).toBe(lost)
  })

  it.each(['stock', 'own'])('leaves it with resave: false, %s store', async (side) => {
    const visitor = await beginner()

    expect(await race(visitor, side, 'slow-reads')).toBe(kept)
    expect(await race(visitor, side, 'slow-reads')).toBe(kept)
  })
})

describe(`POST ${PATH}/try/…/slow-writes`, () => {
  it.each(['resave', 'stock'])(
    'undoes on the stock store what the quick request wrote, %s',
    async (side) => {
      const visitor = await beginner()

      expect(await race(visitor, side, 'slow-writes')).toBe(lost)
    },
  )

  it('keeps both on the site’s own store, and shows how they overlapped', async () => {
    const visitor = await beginner()

    expect(await race(visitor, 'own', 'slow-writes')).toBe(kept)

    const shown = page(await visitor.get(PATH))
    const own = shown
      .querySelectorAll('#stored pre')
      .find(({ text }) => text.includes('"quick": 1'))
    expect(own?.text).toContain('"slow": 1')
    const [slow, quick] = shown.querySelectorAll('.exchanges > li')
    expect(slow?.text).toContain('/own/slow-writes')
    expect(quick?.text).toContain('/own/quick')
    expect(quick?.text).toContain(t('lessons.by.tab'))
  })
})

describe(PATH, () => {
  it('begins with one press that goes through all three, and tells the three documents apart', async () => {
    const visitor = site.visitor()
    const before = page(await visitor.get(PATH))

    const answers = []
    for (const side of SIDES) answers.push(await visitor.post(`${PATH}/try/${side}/begin`, {}))

    expect(before.querySelector('.side')).toBeNull()
    expect(answers.map(({ status }) => status)).toEqual([307, 307, 303])
    answers.forEach((answer, index) => {
      expect(Object.keys(cookiesOf(answer))).toContain(`resave.${SIDES[index] ?? ''}`)
    })
    const begun = page(await visitor.get(PATH))
    expect(begun.querySelectorAll('.side')).toHaveLength(3)
    const titles = begun.querySelectorAll('#stored h3').map(({ text }) => text)
    expect(titles.slice(-3)).toEqual(
      SIDES.map((side) => `${t(`lessons.resave.comparison.${side}`)} resave.${side}`),
    )
  })

  it('keeps no id of the site’s own store in the database, and forgets its session with the button', async () => {
    const visitor = await beginner()
    const collection = site.database.collection<{ _id: string }>('lesson-resave-own')
    const id = page(await visitor.get(PATH)).querySelectorAll('.cookie dd')[0]?.text ?? ''
    const before = await collection.countDocuments()

    await visitor.send(PATH, {})

    expect(id).not.toBe('')
    expect(await collection.countDocuments({ _id: id })).toBe(0)
    expect(await collection.countDocuments()).toBe(before - 1)
  })
})
