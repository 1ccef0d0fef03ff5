// One picture, one try, ten minutes, one visitor: when the right answer comes too late.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { changeSession, sessionOf } from '../documents.ts'
import { CAPTCHA, openSite, validPassword, type Site } from '../helper.ts'
import { errorsOf, newPerson, page, valueOf, type Fields } from '../visitor.ts'

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
  it.each<[string, Fields]>([
    ['a wrong answer', { captcha: 'wrong' }],
    ['a wrong password', { password: 'not the one' }],
  ])('takes no second answer to one picture after %s', async (_what, fields) => {
    const visitor = site.visitor()
    await visitor.get('/captcha')
    await visitor.send('/login', { ...form, ...fields })

    const second = await visitor.send('/login', form)

    expect(second.status).toBe(422)
    expect(errorsOf(second)).toEqual(wrong)
    expect((await sessionOf(site, visitor))?.session).not.toHaveProperty('captcha')
  })

  it('keeps the picture after an empty answer', async () => {
    const visitor = site.visitor()
    await visitor.get('/captcha')
    await visitor.send('/login', { ...form, captcha: '' })

    const second = await visitor.send('/login', form)

    expect(second.status).toBe(303)
  })

  it('asks for no second captcha after a right answer beside a missing field, for one try', async () => {
    const visitor = site.visitor()
    const refused = await visitor.fill('/login', { ...form, password: '' })
    const hidden = { captchaId: valueOf(refused, 'captchaId') ?? '' }
    const { captcha: _answer, ...rest } = form

    const tries = await Promise.all(
      Array.from({ length: 4 }, () =>
        visitor.send('/login', { ...rest, ...hidden, password: 'not the one' }),
      ),
    )

    expect(page(refused).querySelector('[name=captcha]')).toBeNull()
    expect(refused.text).toContain(t('captcha.solved').replace("'", '&#39;'))
    const compared = tries.filter((one) => 'password' in errorsOf(one))
    expect(compared).toHaveLength(1)
  })

  it('counts an answer given on one form for that form alone', async () => {
    const visitor = site.visitor()
    const refused = await visitor.fill('/register', { username: 'x', captcha: CAPTCHA })
    const hidden = { captchaId: valueOf(refused, 'captchaId') ?? '' }
    const { captcha: _answer, ...rest } = form

    const answer = await visitor.send('/login', { ...rest, ...hidden })

    expect(errorsOf(answer)).toEqual({ captcha: t('errors.captcha.missing') })
  })

  it('takes the answers of two tabs, each to its own picture', async () => {
    const visitor = site.visitor()
    const ids = ['first', 'second']
    for (const id of ids) await visitor.get(`/captcha?id=${id}`)
    await changeSession(site, visitor, { 'session.captcha-first.answers': ['FIRST'] })

    const crossed = await visitor.send('/login', { ...form, captchaId: 'first' })
    const own = await visitor.send('/login', { ...form, captchaId: 'second' })

    expect(errorsOf(crossed)).toEqual(wrong)
    expect(own.status).toBe(303)
  })

  it('keeps the last five pictures of a session', async () => {
    const visitor = site.visitor()
    for (let id = 1; id <= 7; id++) await visitor.get(`/captcha?id=${id}`)

    const { session } = (await sessionOf(site, visitor)) ?? { session: {} }

    expect(Object.keys(session).filter((key) => key.startsWith('captcha'))).toEqual([
      'captcha-3',
      'captcha-4',
      'captcha-5',
      'captcha-6',
      'captcha-7',
    ])
  })

  it('takes one of two parallel answers to one picture', async () => {
    const visitor = site.visitor()
    const _csrf = await visitor.token()
    await visitor.get('/captcha')

    const answers = await Promise.all([
      visitor.post('/login', { ...form, _csrf }),
      visitor.post('/login', { ...form, _csrf }),
    ])

    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
  })

  it('compares one of many parallel guesses', async () => {
    const visitor = site.visitor()
    const _csrf = await visitor.token()
    await visitor.get('/captcha')

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => visitor.post('/login', { ...form, _csrf })),
    )

    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
  })

  it('takes the last picture only', async () => {
    const visitor = site.visitor()
    await visitor.get('/captcha')
    await changeSession(site, visitor, { 'session.captcha.answers': ['FIRST'] })
    await visitor.get('/captcha')

    const answer = await visitor.send('/login', { ...form, captcha: 'FIRST' })

    expect(errorsOf(answer)).toEqual(wrong)
  })

  it('refuses the right answer after ten minutes', async () => {
    const visitor = site.visitor()
    await visitor.get('/captcha')
    await changeSession(site, visitor, { 'session.captcha.expires': new Date(Date.now() - 1) })

    const answer = await visitor.send('/login', form)

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual(wrong)
  })

  it("takes no answer to another visitor's picture", async () => {
    const [here, there] = [site.visitor(), site.visitor()]
    await there.get('/captcha')

    const answer = await here.send('/login', form)

    expect(errorsOf(answer)).toEqual(wrong)
  })
})

describe('POST /register', () => {
  it('uses a picture up, for signing in as well', async () => {
    const visitor = site.visitor()
    await visitor.register()

    const answer = await visitor.send('/login', form)

    expect(errorsOf(answer)).toEqual(wrong)
  })

  it('takes one of two parallel answers to one picture', async () => {
    const visitor = site.visitor()
    const _csrf = await visitor.token()
    await visitor.get('/captcha')
    const answers = await Promise.all(
      [newPerson(), newPerson()].map((person) =>
        visitor.post('/register', { ...person, captcha: CAPTCHA, _csrf }),
      ),
    )

    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
  })
})
