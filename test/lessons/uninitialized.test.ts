// The lesson of saveUninitialized, over HTTP: fifty visitors who do nothing, counted in the database.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, page, type Visitor } from '../visitor.ts'

const PATH = '/lessons/uninitialized'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

const documents = (side: string) =>
  site.database.collection(`lesson-uninitialized-${side}`).countDocuments()
const counts = async (visitor: Visitor, side: string) =>
  page(await visitor.get(PATH))
    .querySelectorAll(`#counts-${side} dd`)
    .map(({ text }) => Number(text))

describe(`POST ${PATH}/try/fifty`, () => {
  it('leaves fifty cookies and fifty documents with saveUninitialized: true', async () => {
    const visitor = site.visitor()

    const answer = await visitor.post(`${PATH}/try/fifty`, { side: 'true' })

    expect([answer.status, answer.headers.location]).toEqual([303, `${PATH}#try`])
    expect(await counts(visitor, 'true')).toEqual([50, 50, 50])
    expect(await documents('true')).toBe(50)
    const shown = page(await visitor.get(PATH))
    expect(shown.querySelectorAll('.exchanges > li')).toHaveLength(20)
    expect(shown.querySelectorAll('.exchanges > li')[1]?.text).toContain(t('lessons.by.visitor'))
  })

  it('leaves nothing of them with false', async () => {
    const visitor = site.visitor()

    await visitor.post(`${PATH}/try/fifty`, { side: 'false' })

    expect(await counts(visitor, 'false')).toEqual([0, 0, 0])
    expect(await documents('false')).toBe(0)
    expect(await counts(site.visitor(), 'false')).toEqual([0])
  })

  it.each(['side=neither', 'side=true&side=false', ''])('takes “%s” for false', async (body) => {
    const before = await documents('true')

    const answer = await site.visitor().post(`${PATH}/try/fifty`, body)

    expect(answer.status).toBe(303)
    expect(await documents('true')).toBe(before)
  })
})

describe(`POST ${PATH}/try/…/put`, () => {
  it.each(['true', 'false'])('stores who puts something in, with %s', async (side) => {
    const visitor = site.visitor()
    const before = await documents(side)

    const answer = await visitor.post(`${PATH}/try/${side}/put`, {})

    expect(cookiesOf(answer)[`uninitialized.${side}`]?.flags).toContain('httponly')
    expect(await documents(side)).toBe(before + 1)
    expect(
      page(await visitor.get(PATH)).querySelector('#stored > pre:not(.change)')?.text,
    ).toContain('"since"')
  })
})

describe('A site whose lesson clients asked too much', () => {
  it('tells who sets off more to wait, and does not fail', async () => {
    const busy = await openSite({ LESSONS: 'on', THROTTLE: 'on' })
    const visitor = busy.visitor()

    await visitor.get(`${PATH}/try/false/look`)
    // Ten requests are left of this minute: the fifty visitors need more.
    await busy.database
      .collection('attempts')
      .updateMany({ key: /^lesson:/ }, { $inc: { points: 1189 } })
    const answer = await visitor.post(`${PATH}/try/fifty`, { side: 'false' })

    expect(answer.status).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  })
})
