// The lesson of the captcha, over HTTP: the answer stays on the server, and works once or again and again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { page, type Visitor } from '../visitor.ts'

const PATH = '/lessons/captcha'
const SIDES = ['once', 'again'] as const
type Side = (typeof SIDES)[number]
const t = translator('en')
const right = (say = t) => ({ code: 200, msg: say('lessons.captcha.right') })
const wrong = (say = t) => ({ code: 500, msg: say('lessons.captcha.wrong') })

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

const draw = (visitor: Visitor, side: Side) => visitor.get(`${PATH}/try/${side}/code`)

// The answer, as a class reads it in the pane of what is stored.
async function answerOf(visitor: Visitor) {
  const stored =
    page(await visitor.get(PATH)).querySelector('#stored > pre:not(.change)')?.text ?? '{}'
  return (JSON.parse(stored) as { session?: { code?: string } }).session?.code
}

const asJson = async (visitor: Visitor, side: Side, fields: object) =>
  (await visitor.agent.post(`${PATH}/try/${side}/login`).send(fields)).body as object
const asForm = (visitor: Visitor, side: Side, code: string) =>
  visitor.post(`${PATH}/try/${side}/login`, { code })
const outcome = async (visitor: Visitor, side: Side) =>
  page(await visitor.get(PATH)).querySelector(`#answer-${side}`)?.text

describe(`GET ${PATH}/try/…/code`, () => {
  it('sends a picture and keeps its text in the session, until another one is asked for', async () => {
    const visitor = site.visitor()

    const first = await draw(visitor, 'once')
    const answer = await answerOf(visitor)
    await draw(visitor, 'once')
    const reloaded = await answerOf(visitor)
    const refreshed = await visitor.post(`${PATH}/try/once/refresh`, {})

    expect(first.headers['content-type']).toContain('image/svg+xml')
    expect(first.headers['cache-control']).toBe('no-store')
    expect(answer).toMatch(/^\w{4}$/)
    expect((first.body as Buffer).toString()).toMatch(/^<svg/)
    expect((first.body as Buffer).toString()).not.toContain(answer)
    expect(reloaded).toBe(answer)
    expect([refreshed.status, refreshed.headers.location]).toEqual([303, `${PATH}#try`])
    expect(await answerOf(visitor)).not.toBe(answer)
  })
})

describe.each(SIDES)(`POST ${PATH}/try/%s/login`, (side) => {
  it.each([
    ['toUpperCase', 'en'],
    ['toLowerCase', 'zh-CN'],
  ] as const)('takes the answer as JSON and says so in words, %s, %s', async (fold, locale) => {
    const visitor = site.visitor()
    visitor.agent.set('Accept-Language', locale)
    await draw(visitor, side)
    const answer = (await answerOf(visitor)) ?? ''

    expect(await asJson(visitor, side, { code: answer[fold]() })).toEqual(right(translator(locale)))
  })

  it('takes it from a form, and tells on the page', async () => {
    const visitor = site.visitor()
    await draw(visitor, side)

    const answer = await asForm(visitor, side, (await answerOf(visitor)) ?? '')

    expect([answer.status, answer.headers.location]).toEqual([303, `${PATH}#try`])
    expect(await outcome(visitor, side)).toBe(t('lessons.captcha.right'))
    await asForm(visitor, side, '')
    expect(await outcome(visitor, side)).toBe(t('lessons.captcha.wrong'))
  })

  it.each([{}, { code: '' }, { code: ['a', 'b'] }, { code: { length: 4 } }, { code: null }])(
    'answers %j wrong, with a picture before and without',
    async (fields) => {
      const visitor = site.visitor()

      expect(await asJson(visitor, side, fields)).toEqual(wrong())
      await draw(visitor, side)
      expect(await asJson(visitor, side, fields)).toEqual(wrong())
    },
  )
})

describe('The same answer a second time', () => {
  it('is wrong where it was used up, by a right try or a wrong one', async () => {
    const visitor = site.visitor()
    await draw(visitor, 'once')
    const first = (await answerOf(visitor)) ?? ''

    expect(await asJson(visitor, 'once', { code: first })).toEqual(right())
    expect(await answerOf(visitor)).toBeUndefined()
    expect(await asJson(visitor, 'once', { code: first })).toEqual(wrong())
    await draw(visitor, 'once')
    const second = (await answerOf(visitor)) ?? ''
    await asJson(visitor, 'once', { code: 'wrong' })
    expect(await asJson(visitor, 'once', { code: second })).toEqual(wrong())
  })

  it('is right again and again where it was not', async () => {
    const visitor = site.visitor()
    await draw(visitor, 'again')
    const answer = (await answerOf(visitor)) ?? ''

    for (let time = 0; time < 3; time++) {
      expect(await asJson(visitor, 'again', { code: answer })).toEqual(right())
    }
    await asJson(visitor, 'again', { code: 'wrong' })
    expect(await asJson(visitor, 'again', { code: answer })).toEqual(right())
  })
})
