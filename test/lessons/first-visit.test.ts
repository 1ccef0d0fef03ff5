// The lesson of the first visit, over HTTP: nothing for who only looks, and the way from the cookie to the data.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, page } from '../visitor.ts'

const PATH = '/lessons/first-visit'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

describe(PATH, () => {
  it('stores nothing and sends no cookie for who only looks', async () => {
    const visitor = site.visitor()

    const first = await visitor.get(`${PATH}/try/look`)
    await visitor.get(`${PATH}/try/look`)

    const shown = page(await visitor.get(PATH))
    expect([first.status, first.headers.location]).toEqual([303, `${PATH}#try`])
    expect(cookiesOf(first)).not.toHaveProperty('first-visit.sid')
    expect(shown.querySelector('.count')?.text).toBe(t('lessons.first-visit.said.unknown'))
    expect(shown.querySelectorAll('.exchanges > li')).toHaveLength(2)
    expect(shown.querySelectorAll('.exchanges .cookie')).toHaveLength(0)
    expect(shown.querySelector('#stored')?.text).toContain(t('lessons.stored.nothing'))
  })

  it('makes a session with the first thing to remember, and finds it by the cookie', async () => {
    const visitor = site.visitor()

    const begun = await visitor.post(`${PATH}/try/begin`, {})
    const made = page(await visitor.get(PATH))
    await visitor.get(`${PATH}/try/look`)

    const found = page(await visitor.get(PATH))
    expect(cookiesOf(begun)['first-visit.sid']?.flags).toContain('httponly')
    expect(made.querySelector('.count')?.text).toBe(t('lessons.first-visit.said.begun'))
    expect(made.querySelector('.change .added')?.text).toMatch(/^\+/)
    expect(made.querySelector('#stored')?.text).toContain('set')
    expect(found.querySelector('.count')?.text).toBe(t('lessons.first-visit.said.known'))
    expect(found.querySelector('#stored > pre:not(.change)')?.text).toContain('"since"')
    expect(found.querySelector('#stored')?.text).toContain('get → touch')
    expect(found.querySelector('.exchanges > li .cookie')?.text).toContain(t('lessons.cookie.id'))
  })

  it('begins anew with its button: the session, the cookie and what was found out are gone', async () => {
    const visitor = site.visitor()
    await visitor.post(`${PATH}/try/begin`, {})
    await visitor.get(`${PATH}/try/look`)

    await visitor.send(PATH, {})

    const shown = page(await visitor.get(PATH))
    expect(shown.querySelector('.count')?.text).toBe(t('lessons.first-visit.said.not-asked'))
    expect(shown.querySelectorAll('.exchanges > li')).toHaveLength(0)
    expect(shown.querySelector('#stored')?.text).toContain(t('lessons.stored.nothing'))
  })
})
