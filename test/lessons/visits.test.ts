// The lesson of the counter, over HTTP: what its panes show, and that two browsers count apart.
import type { HTMLElement } from 'node-html-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, page, type Visitor } from '../visitor.ts'

const PATH = '/lessons/visits'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

const visit = (visitor: Visitor) => visitor.post(`${PATH}/try/visit`, {})
const countOf = async (visitor: Visitor) =>
  page(await visitor.get(PATH)).querySelector('.count')?.text
const changeOf = (shown: HTMLElement, sign: string) =>
  shown
    .querySelectorAll(`.change .${sign}`)
    .map(({ text }) => text)
    .join('\n')

describe(`POST ${PATH}/try/visit`, () => {
  it('counts, and shows what travelled and what is stored', async () => {
    const visitor = site.visitor()

    const first = await visit(visitor)
    await visit(visitor)

    expect([first.status, first.headers.location]).toEqual([303, `${PATH}#try`])
    expect(cookiesOf(first)['visits.sid']?.flags).toContain(`path=${PATH}`)
    const shown = page(await visitor.get(PATH))
    expect(shown.querySelector('.count')?.text).toBe(t('lessons.visits.count', { count: 2 }))
    expect(shown.querySelectorAll('.exchanges > li')).toHaveLength(2)
    expect(shown.querySelector('#stored > pre:not(.change)')?.text).toContain('"visits": 2')
    expect(changeOf(shown, 'removed')).toContain('"visits": 1')
    expect(changeOf(shown, 'added')).toContain('"visits": 2')
    expect(shown.querySelector('#stored')?.text).toContain('get → set')
    expect(shown.querySelector('#code mark')?.text).toContain('req.session.visits')
  })

  it('counts two browsers apart, and shows each only its own', async () => {
    const [one, two] = [site.visitor(), site.visitor()]
    await visit(one)
    await visit(one)
    await visit(two)

    expect(await countOf(one)).toBe(t('lessons.visits.count', { count: 2 }))
    expect(await countOf(two)).toBe(t('lessons.visits.count', { count: 1 }))
    expect(page(await two.get(PATH)).querySelectorAll('.exchanges > li')).toHaveLength(1)
  })

  it('neither reads nor disturbs the site’s own session', async () => {
    const visitor = site.visitor()
    await visitor.becomeMember()
    const before = visitor.cookie('sid') ?? ''

    await visit(visitor)

    const { text } = await visitor.get(PATH)
    expect(visitor.cookie('sid')).toBe(before)
    expect(text).not.toContain(before)
    expect((await visitor.get('/account')).status).toBe(200)
  })
})
