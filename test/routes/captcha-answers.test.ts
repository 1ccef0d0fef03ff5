// Which answers to the picture count.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { CAPTCHA, openSite, validPassword, type Site } from '../helper.ts'
import { errorsOf, newPerson, page, type Fields } from '../visitor.ts'

const t = translator('en')
const wrong = { captcha: t('errors.captcha.wrong') }

let site: Site
let form: Fields
beforeAll(async () => {
  site = await openSite()
  const { username } = newPerson()
  await site.visitor().register({ username })
  form = { username, password: validPassword, captcha: CAPTCHA }
})
afterAll(() => site.close())

describe('POST /login', () => {
  it.each([CAPTCHA, CAPTCHA.toLowerCase(), ` ${CAPTCHA}\t`])(
    'takes the answer %j',
    async (captcha) => {
      const visitor = site.visitor()
      await visitor.get('/captcha')

      const answer = await visitor.send('/login', { ...form, captcha })

      expect(answer.status).toBe(303)
    },
  )

  it.each(['SESAMX', 'SESA', 'S E S A M', `${CAPTCHA}${CAPTCHA}`])(
    'refuses the answer %j',
    async (captcha) => {
      const visitor = site.visitor()
      await visitor.get('/captcha')

      const answer = await visitor.send('/login', { ...form, captcha })

      expect(answer.status).toBe(422)
      expect(errorsOf(answer)).toEqual(wrong)
    },
  )

  it.each([CAPTCHA, 'undefined', 'null', '[object Object]', 'true'])(
    'refuses %j from who never saw a picture',
    async (captcha) => {
      const answer = await site.visitor().send('/login', { ...form, captcha })

      expect(answer.status).toBe(422)
      expect(errorsOf(answer)).toEqual(wrong)
    },
  )

  it.each<[string, boolean, Fields]>([
    ['an empty answer without a picture', false, { captcha: '' }],
    ['an empty answer to a picture', true, { captcha: '' }],
    ['nothing but space', true, { captcha: ' \u3000 ' }],
  ])('refuses %s', async (_what, fetched, fields) => {
    const visitor = site.visitor()
    if (fetched) await visitor.get('/captcha')

    const answer = await visitor.send('/login', { ...form, ...fields })

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ captcha: t('errors.captcha.missing') })
  })

  it.each([true, false])('refuses a missing answer, picture fetched: %s', async (fetched) => {
    const visitor = site.visitor()
    if (fetched) await visitor.get('/captcha')
    const { username = '', password = '' } = form

    const answer = await visitor.send('/login', { username, password })

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ captcha: t('errors.captcha.missing') })
  })
})

describe('with CAPTCHA=off', () => {
  it('GET /login shows no picture, and POST /login needs no answer', async () => {
    const open = await openSite({ CAPTCHA: 'off' })
    const visitor = open.visitor()
    const { username = '', password = '' } = form

    const login = await visitor.get('/login')
    const answer = await visitor.send('/login', { username, password })

    expect(page(login).querySelector('[name=captcha], img[src^="/captcha"]')).toBeNull()
    expect(answer.status).toBe(303)
  })
})
