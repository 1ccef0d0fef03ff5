import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../helper.ts'
import { errorsOf, newPerson, page } from '../visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('POST /register', () => {
  it('creates an account and leads to the sign-in page with a notice', async () => {
    const visitor = site.visitor()

    const answer = await visitor.register()

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(page(await visitor.get('/login')).querySelector('[role=status]')?.text).toBe(
      'Your account was created. You can sign in now.',
    )
  })

  it('answers 422 with an error beside each field and everything typed but the secrets', async () => {
    const person = { ...newPerson(), username: 'a b', email: 'nobody', password: 'short' }

    const answer = await site.visitor().register({ ...person, captcha: 'wrong' })

    expect(answer.status).toBe(422)
    expect(Object.keys(errorsOf(answer))).toEqual(['username', 'email', 'password', 'captcha'])
    const form = page(answer)
    expect(form.querySelector('#username')?.getAttribute('value')).toBe('a b')
    expect(form.querySelector('#password')?.getAttribute('value')).toBeUndefined()
    expect(form.querySelectorAll('[autofocus]').map((field) => field.id)).toEqual(['username'])
  })

  it('gives exactly one account to twenty parallel registrations of one name', async () => {
    const { username } = newPerson()
    const visitors = Array.from({ length: 20 }, () => site.visitor())

    const answers = await Promise.all(visitors.map((visitor) => visitor.register({ username })))

    expect(answers.map(({ status }) => status).sort()).toEqual([
      303,
      ...Array<number>(19).fill(422),
    ])
    for (const answer of answers.filter(({ status }) => status === 422)) {
      expect(errorsOf(answer)).toEqual({
        username: 'This username is taken. Please choose another.',
      })
    }
  })
})
