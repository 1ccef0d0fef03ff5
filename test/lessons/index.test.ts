// The list of lessons, and that a site without them shows no trace.
import encodeQr from 'qr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES, translator } from '../../config/i18n.ts'
import { lessons, plans, scheduleOf } from '../../lessons/index.ts'
import { openSite, type Site } from '../helper.ts'
import { filesBelow, read } from '../project-files.ts'
import { page } from '../visitor.ts'

let site: Site
let without: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
  without = await openSite({ LESSONS: 'off' })
})
afterAll(() => site.close())

describe('GET /lessons', () => {
  it.each(LOCALES)(
    'lists every lesson in order, with a sentence and its time, %s',
    async (locale) => {
      const t = translator(locale)

      const list = page(await site.visitor().get('/lessons', { 'Accept-Language': locale }))

      const items = list.querySelectorAll('.lessons > li')
      expect(items.map((one) => one.querySelector('a')?.getAttribute('href'))).toEqual(
        lessons.map(({ name }) => `/lessons/${name}`),
      )
      lessons.forEach(({ name, minutes }, index) => {
        expect(items[index]?.text).toContain(t(`lessons.${name}.summary`))
        expect(items[index]?.text).toContain(t('lessons.minutes', { count: minutes }))
      })
    },
  )
})

describe('Every lesson', () => {
  it.each([
    ['lessons', '.ts', ['index']],
    ['views/lessons', '.ejs', ['index', 'answers']],
    ['test/lessons', '.test.ts', ['index', 'browser', 'cluster', 'delete', 'markup']],
  ])('has a file of its name in %s, and no other file stands there', (folder, ending, others) => {
    const files = filesBelow([folder], ending)
      .map(({ path }) => path.slice(folder.length + 1, -ending.length))
      .filter((name) => !name.includes('/'))

    expect(files.sort()).toEqual([...lessons.map(({ name }) => name), ...others].sort())
  })
})

describe('The code pane of every lesson', () => {
  it('shows 5 to 25 lines around what matters, and the whole source as it was written', async () => {
    for (const { name, files = [`${name}.ts`] } of lessons) {
      const shown = page(await site.visitor().get(`/lessons/${name}`))

      const whole = shown.querySelectorAll('#code details pre')
      const excerpts = shown.querySelectorAll('#code > pre')
      const lengths = excerpts.map((one) => one.querySelectorAll('[data-line]').length)
      expect(whole.map(({ text }) => text)).toEqual(
        files.map((file) => read(`lessons/${file}`).text.replaceAll('// ←', '//')),
      )
      expect([name, lengths.filter((length) => length < 5 || length > 25)]).toEqual([name, []])
      expect(excerpts.flatMap((one) => one.querySelectorAll('mark'))).toHaveLength(
        whole.flatMap((one) => one.querySelectorAll('mark')).length,
      )
    }
  })

  it('has the comments of its excerpts in the page’s language, and no translation of another one', async () => {
    const comments = JSON.parse(read('lessons/comments/zh-CN.json').text) as Record<string, string>
    const commentsIn = async (name: string, locale: string) => {
      const answer = await site.visitor().get(`/lessons/${name}`, { 'Accept-Language': locale })
      const lines = page(answer).querySelectorAll('#code > pre [data-line]')
      return lines.flatMap(({ text }) => /(?:^|\s)\/\/ (.+)/.exec(text)?.[1] ?? [])
    }

    const english = new Set<string>()
    for (const { name } of lessons) {
      const originals = await commentsIn(name, 'en')
      originals.forEach((one) => english.add(one))
      expect(await commentsIn(name, 'zh-CN')).toEqual(originals.map((one) => comments[one]))
    }
    expect([...english].sort()).toEqual(Object.keys(comments).sort())
  })
})

describe('For the teacher', () => {
  it('GET /lessons/answers is a sheet of every question with its answer, and each lesson has its notes', async () => {
    const t = translator('en')
    const visitor = site.visitor()

    const sheet = page(await visitor.get('/lessons/answers')).querySelector('main')?.text

    for (const { name } of lessons) {
      const shown = page(await visitor.get(`/lessons/${name}`))
      const notes = shown.querySelector('details.teacher:not([open]) p')
      expect(notes?.text).toBe(t(`lessons.${name}.notes`))
      for (const number of [1, 2, 3]) {
        expect(sheet).toContain(t(`lessons.${name}.questions.${number}.ask`))
        expect(sheet).toContain(t(`lessons.${name}.questions.${number}.answer`))
      }
    }
  })

  it('GET /lessons/qr.svg is a code of the address that a class opens', async () => {
    const answer = await site.visitor().get('/lessons/qr.svg')

    const svg = (answer.body as Buffer).toString()
    expect(answer.headers['content-type']).toContain('image/svg+xml')
    expect(svg).toBe(encodeQr(`${site.settings.baseUrl}/lessons`, 'svg'))
    expect(svg).not.toContain('style')
  })
})

describe('docs/teaching', () => {
  it.each(['docs/teaching.md', 'docs/teaching.zh-CN.md'])(
    'plans with the minutes of the lessons, %s',
    (path) => {
      const rows = [...read(path).text.matchAll(/^\| (\d+)–(\d+) *\| `([a-z\d-]+)` /gm)]
      const told = rows.map(([, from, to, name]) => ({ name, from: Number(from), to: Number(to) }))

      expect(told).toEqual(Object.values(plans).flatMap((plan) => scheduleOf(plan.lessons)))
      for (const { minutes, lessons: some } of Object.values(plans)) {
        expect(scheduleOf(some).at(-1)?.to).toBeLessThanOrEqual(minutes)
      }
    },
  )
})

describe('A site with LESSONS=off', () => {
  it('answers 404 for the list, for each lesson and for what can be tried in it', async () => {
    const addresses = lessons.flatMap(({ name }) => [`/lessons/${name}`, `/lessons/${name}/try/`])

    for (const address of ['/lessons', ...addresses]) {
      expect([address, (await without.visitor().get(address)).status]).toEqual([address, 404])
    }
  })

  it('shows no trace of them on its pages', async () => {
    for (const address of ['/home', '/login']) {
      expect((await without.visitor().get(address)).text).not.toMatch(/lesson/i)
    }
  })
})
