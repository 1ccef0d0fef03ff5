// A refused registration is the same page again, with what to mend and nothing lost but the secrets.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { brand, textIn } from '../../config/site.ts'
import { usersOf } from '../documents.ts'
import { openSite, type Site } from '../helper.ts'
import { errorsOf, newPerson, page, titleOf, valueOf, type Fields } from '../visitor.ts'

const t = translator('en')
const allWrong = { username: 'a b', email: 'nobody', password: 'short', captcha: 'wrong' }

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('POST /register', () => {
  it('answers 422 with the sentence of each error beside its field', async () => {
    const answer = await site.visitor().register(allWrong)

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({
      username: t('errors.username.characters'),
      email: t('errors.email.form'),
      password: t('errors.password.short'),
      captcha: t('errors.captcha.wrong'),
    })
  })

  it('answers 422 with an error beside each field of an empty form', async () => {
    const empty = { username: '', email: '', password: '', captcha: '' }

    const answer = await site.visitor().register(empty)

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({
      username: t('errors.username.missing'),
      email: t('errors.email.missing'),
      password: t('errors.password.missing'),
      captcha: t('errors.captcha.missing'),
    })
  })

  it('takes a missing field for an empty one', async () => {
    const answer = await site.visitor().send('/register', {})

    expect(answer.status).toBe(422)
    expect(Object.keys(errorsOf(answer))).toEqual(['username', 'email', 'password', 'captcha'])
  })

  it('keeps everything that was typed but the password and the captcha', async () => {
    const answer = await site
      .visitor()
      .register({ ...allWrong, password: 'brief-7', captcha: 'n0pe!' })

    expect(valueOf(answer, 'username')).toBe('a b')
    expect(valueOf(answer, 'email')).toBe('nobody')
    expect(valueOf(answer, 'password') ?? '').toBe('')
    expect(valueOf(answer, 'captcha') ?? '').toBe('')
    expect(answer.text).not.toContain('brief-7')
    expect(answer.text).not.toContain('n0pe!')
  })

  it.each<[string, Fields]>([
    ['username', allWrong],
    ['email', { email: 'nobody', password: 'short', captcha: 'wrong' }],
    ['password', { password: 'short', captcha: 'wrong' }],
    ['password', { captcha: 'wrong' }], // which comes before the captcha, and has to be typed again
  ])('focuses %s if it is the first that needs the visitor', async (first, fields) => {
    const answer = await site.visitor().register(fields)

    expect(
      page(answer)
        .querySelectorAll('[autofocus]')
        .map(({ id }) => id),
    ).toEqual([first])
  })

  it('marks the wrong fields and no other, each described by its error', async () => {
    const answer = await site.visitor().register({ email: 'nobody', captcha: 'wrong' })

    const content = page(answer)
    const wrong = content.querySelectorAll('[aria-invalid=true]')
    expect(wrong.map(({ id }) => id)).toEqual(['email', 'captcha'])
    for (const field of wrong) {
      expect(field.getAttribute('aria-describedby')?.split(' ')).toContain(`${field.id}-error`)
    }
  })

  it('describes fields by elements that exist only', async () => {
    const answer = await site.visitor().register(allWrong)

    const content = page(answer)
    const ids = content
      .querySelectorAll('[aria-describedby]')
      .flatMap((field) => field.getAttribute('aria-describedby')?.split(' ') ?? [])
    expect(ids.length).toBeGreaterThan(0)
    for (const id of ids) expect(content.getElementById(id)?.text.trim()).toBeTruthy()
  })

  it('names the error in the title, in both languages', async () => {
    const english = await site.visitor().register(allWrong)
    const chinese = await site.visitor().register(allWrong, { 'Accept-Language': 'zh' })

    expect(titleOf(english)).toBe(t('site.title-error', { page: t('register.title') }))
    expect(titleOf(chinese)).toBe(`错误：注册账号 · ${textIn(brand.name, 'zh-CN')}`)
  })

  it('names no error in the title of the empty form', async () => {
    const answer = await site.visitor().get('/register')

    expect(titleOf(answer)).toBe(t('site.title', { page: t('register.title') }))
  })

  it('creates nothing if the captcha alone is wrong', async () => {
    const { username, ...person } = newPerson()

    const answer = await site.visitor().register({ username, ...person, captcha: 'wrong' })

    expect(errorsOf(answer)).toEqual({ captcha: t('errors.captcha.wrong') })
    expect(await usersOf(site).findOne({ username })).toBeNull()
  })

  it('is accepted once what was wrong is mended', async () => {
    const visitor = site.visitor()
    const person = newPerson()
    await visitor.register({ ...person, email: 'nobody' })

    const answer = await visitor.register(person)

    expect(answer.status).toBe(303)
  })
})
