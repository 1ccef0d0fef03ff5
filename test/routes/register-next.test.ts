// From the registration into the house: nothing is typed twice, and one captcha is enough.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeSession, sessionOf } from '../documents.ts'
import { openSite, validPassword, type Site } from '../helper.ts'
import { credentialsOf, frameOf, Script } from '../script.ts'
import { newPerson, page, valueOf } from '../visitor.ts'

const TEN_MINUTES = 10 * 60 * 1000

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /login after a registration', () => {
  it('shows the name, has the focus on the password and asks for no captcha', async () => {
    const visitor = site.visitor()
    const person = newPerson()
    await visitor.register(person)

    const answer = await visitor.get('/login')

    const form = page(answer).querySelector('main form')
    expect(valueOf(answer, 'username')).toBe(person.username)
    expect(form?.querySelectorAll('[autofocus]').map(({ id }) => id)).toEqual(['password'])
    expect(form?.querySelector('[name=captcha]')).toBeNull()
  })

  it('asks for a captcha again after ten minutes', async () => {
    const visitor = site.visitor()
    await visitor.register()
    const { session = {} } = (await sessionOf(site, visitor)) ?? {}
    const [key = ''] = Object.keys(session).filter((one) => one.startsWith('captcha'))
    const { expires } = (session as unknown as Record<string, { expires: Date }>)[key] ?? {}
    await changeSession(site, visitor, { [`session.${key}.expires`]: new Date(Date.now() - 1) })

    const answer = await visitor.get('/login')

    expect(expires?.getTime()).toBeLessThanOrEqual(Date.now() + TEN_MINUTES)
    expect(page(answer).querySelector('[name=captcha]')).not.toBeNull()
  })
})

describe('POST /login after a registration', () => {
  it('signs in with the password alone, and a second try needs a captcha', async () => {
    const visitor = site.visitor()
    const { username } = newPerson()
    await visitor.register({ username })
    const form = page(await visitor.get('/login')).querySelectorAll('main input[type=hidden]')
    const hidden = Object.fromEntries(
      form.map(({ attributes }) => [attributes.name ?? '', attributes.value ?? '']),
    )
    const post = (password: string) => visitor.post('/login', { ...hidden, username, password })

    const wrong = await post('not the one')
    const second = await post(validPassword)
    const third = await visitor.signIn({ username })

    expect([wrong.status, second.status, third.status]).toEqual([422, 422, 303])
    expect(page(wrong).querySelector('[name=captcha]')).not.toBeNull()
  })

  it('in JSON needs no captcha either', async () => {
    const script = new Script(site.app)
    const person = newPerson()
    await script.answer('/register', person)
    const { captcha: _captcha, ...fields } = credentialsOf(person)

    const answer = await script.write('/login', fields)

    expect([answer.status, frameOf(answer).user?.username]).toEqual([200, person.username])
  })
})

describe('POST /register with AFTER_REGISTRATION=account', () => {
  it('signs in with a new session and leads to the account, in JSON too', async () => {
    const open = await openSite({ AFTER_REGISTRATION: 'account' })
    const [visitor, script] = [open.visitor(), new Script(open.app)]
    await visitor.get('/captcha')
    const early = visitor.cookie('sid')

    const answer = await visitor.register()
    const inJson = await script.answer('/register', newPerson())

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect(visitor.cookie('sid')).not.toBe(early)
    expect((await visitor.get('/account')).status).toBe(200)
    expect([inJson.status, frameOf(inJson).next]).toEqual([201, '/account'])
    expect((await script.write('/logout', {})).status).toBe(200)
  })
})
