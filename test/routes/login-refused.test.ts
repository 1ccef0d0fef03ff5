// A refused sign-in tells nothing about who has an account, and loses nothing but the secrets.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { errorsOf, newPerson, page, titleOf, valueOf, type Fields } from '../visitor.ts'

const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('POST /login', () => {
  it('gives the same answer for a wrong password and an unknown user', async () => {
    const { username: known, email } = newPerson()
    const { username: unknown } = newPerson()
    await site.visitor().register({ username: known, email })

    const wrong = await site.visitor().signIn({ username: known, password: 'not the one' })
    const nobody = await site.visitor().signIn({ username: unknown, password: 'not the one' })
    const wrongByEmail = await site.visitor().signIn({ username: email, password: 'not the one' })

    expect([wrong.status, nobody.status, wrongByEmail.status]).toEqual([422, 422, 422])
    expect(errorsOf(wrong)).toEqual({ password: t('errors.credentials') })
    expect(without(known, wrong.text)).toBe(without(unknown, nobody.text))
    expect(without(email, wrongByEmail.text)).toBe(without(unknown, nobody.text))
    expect(Object.keys(wrong.headers)).toEqual(Object.keys(nobody.headers))
  })

  it('says nothing about the password while the captcha is wrong', async () => {
    const { username } = newPerson()
    await site.visitor().register({ username })

    const right = await site.visitor().signIn({ username, captcha: 'wrong' })
    const wrong = await site.visitor().signIn({ username, captcha: 'wrong', password: 'not it' })

    expect(errorsOf(right)).toEqual({ captcha: t('errors.captcha.wrong') })
    expect(errorsOf(wrong)).toEqual(errorsOf(right))
  })

  it('starts no session', async () => {
    const visitor = site.visitor()
    const { username } = newPerson()
    await site.visitor().register({ username })

    await visitor.signIn({ username, password: 'not the one' })

    expect((await visitor.get('/account')).status).toBe(303)
  })

  it('answers 422 with an error beside each field of an empty form', async () => {
    const answer = await site.visitor().signIn({ username: '', password: '', captcha: '' })

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({
      username: t('errors.name.missing'),
      password: t('errors.password.missing'),
      captcha: t('errors.captcha.missing'),
    })
  })

  it('keeps the name, the box and the way back, but not the password and the captcha', async () => {
    const fields = { username: 'Somebody Else', password: 'brief-7', captcha: 'n0pe!' }

    const answer = await site.visitor().fill('/login?next=%2Fhome', { ...fields, remember: 'on' })

    const form = page(answer).querySelector('main form')
    expect(valueOf(answer, 'username')).toBe('Somebody Else')
    expect(form?.querySelector('[name=remember]')?.hasAttribute('checked')).toBe(true)
    expect(valueOf(answer, 'next')).toBe('/home')
    expect(valueOf(answer, 'password') ?? '').toBe('')
    expect(valueOf(answer, 'captcha') ?? '').toBe('')
    expect(answer.text).not.toMatch(/brief-7|n0pe!/)
  })

  it('keeps the box empty that was not ticked', async () => {
    const answer = await site.visitor().signIn({ username: 'nobody' })

    expect(page(answer).querySelector('[name=remember]')?.hasAttribute('checked')).toBe(false)
  })

  it.each<[string, Fields]>([
    ['username', { username: '', password: '', captcha: 'wrong' }],
    ['password', { username: 'x', password: '', captcha: 'wrong' }],
    ['password', { username: 'x', password: 'not the one' }],
    ['password', { username: 'x', password: 'not the one', captcha: 'wrong' }],
  ])('focuses %s if it is the first field to type again', async (first, fields) => {
    const answer = await site.visitor().signIn(fields)

    const focused = page(answer).querySelectorAll('[autofocus]')
    expect(focused.map(({ id }) => id)).toEqual([first])
  })

  it('says at the password that it has to be typed again after a wrong captcha', async () => {
    const answer = await site.visitor().signIn({ username: 'x', captcha: 'wrong' })

    const [described = ''] =
      page(answer).getElementById('password')?.getAttribute('aria-describedby')?.split(' ') ?? []
    expect(page(answer).getElementById(described)?.text).toBe(t('errors.password.again'))
  })

  it('describes fields by elements that exist only', async () => {
    const answer = await site.visitor().signIn({ username: '', password: '', captcha: '' })

    const content = page(answer)
    const wrong = content.querySelectorAll('[aria-invalid=true]')
    expect(wrong.map(({ id }) => id)).toEqual(['username', 'password', 'captcha'])
    for (const field of wrong) {
      const ids = field.getAttribute('aria-describedby')?.split(' ') ?? []
      expect(ids).toContain(`${field.id}-error`)
      for (const id of ids) expect(content.getElementById(id)?.text.trim()).toBeTruthy()
    }
  })

  it('sums several errors up with a link to each field, and wrong credentials in their own sentence', async () => {
    const several = await site.visitor().signIn({ username: '', password: '', captcha: '' })
    const wrong = await site.visitor().signIn({ username: 'nobody' })

    const links = page(several).querySelectorAll('main [role=alert] a')
    expect(links.map((link) => link.getAttribute('href'))).toEqual([
      '#username',
      '#password',
      '#captcha',
    ])
    const alert = page(wrong).querySelector('main [role=alert]')
    expect(alert?.text.trim()).toBe(t('errors.credentials'))
    expect(alert?.querySelector('[role=img]')?.getAttribute('aria-label')).toBe(
      t('notice-kind.wrong'),
    )
  })

  it('names the error in the title', async () => {
    const answer = await site.visitor().signIn({ username: 'nobody' })

    expect(titleOf(answer)).toBe(t('site.title-error', { page: t('login.title') }))
  })

  it.each(['{"$gt":""}', '.*', 'a\u0000b', '$where', "' or 1=1 --"])(
    'takes the name %j for a name and not for a query',
    async (username) => {
      await site.visitor().becomeMember()

      const answer = await site.visitor().signIn({ username })

      expect(answer.status).toBe(422)
    },
  )
})

/** The page with what differs for any two visitors taken out: the name they typed and their tokens. */
function without(name: string, text: string): string {
  return text
    .replaceAll(name, 'NAME')
    .replace(/(name="(_csrf|captchaId|formId)" value=|captcha\?id=)"?[^"]*"/g, '')
}
