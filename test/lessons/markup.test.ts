// What html-validate checks of the markup, on every page of the lessons, in both languages.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES } from '../../config/i18n.ts'
import { lessons } from '../../lessons/index.ts'
import { openSite, type Site } from '../helper.ts'
import { errorsIn } from '../html-errors.ts'

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

describe('The markup of the lessons', () => {
  it.each(LOCALES)('has no error, nor that of the x-ray, %s', async (locale) => {
    const visitor = site.visitor()
    visitor.agent.set('Accept-Language', locale)
    await visitor.post('/lessons/visits/try/visit', {})
    await visitor.post('/lessons/races/try/stock/slow', {})
    await visitor.post('/lessons/md5/try/digest', { password: '"><b>' })
    const paths = lessons.map(({ name }) => `/lessons/${name}`)

    const found: string[] = []
    for (const path of [
      '/lessons',
      '/lessons/answers',
      ...paths,
      '/lessons/races?view=projector',
      '/home',
    ]) {
      const { text } = await visitor.get(path)
      found.push(...(await errorsIn(text)).map((error) => `${path}: ${error}`))
    }

    expect(found).toEqual([])
  })
})
