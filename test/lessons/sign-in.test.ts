// The lesson of signing in, over HTTP: an account, a name in the session, a home that greets, and an end.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, page, type Visitor } from '../visitor.ts'

const PATH = '/lessons/sign-in'
const KNOWN = { username: 'zhangsan', password: 'a lantern in the cave' }
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

const login = (visitor: Visitor, fields = KNOWN) => visitor.post(`${PATH}/try/login`, fields)
const register = (visitor: Visitor) => visitor.post(`${PATH}/try/register`, {})
const said = async (visitor: Visitor) => page(await visitor.get(PATH)).querySelector('.count')?.text

describe(PATH, () => {
  it('lets nobody in before the account is registered', async () => {
    const visitor = site.visitor()

    const answer = await login(visitor)

    expect(cookiesOf(answer)).not.toHaveProperty('sign-in.sid')
    expect(await said(visitor)).toBe(t('lessons.sign-in.said.wrong'))
  })

  it('puts username and email into a session with a new id, greets at home, and destroys it', async () => {
    const visitor = site.visitor()
    await register(visitor)

    const first = cookiesOf(await login(visitor))['sign-in.sid']?.value
    const second = cookiesOf(await login(visitor))['sign-in.sid']?.value
    const inside = page(await visitor.get(PATH))
    await visitor.get(`${PATH}/try/home`)
    const hello = await said(visitor)
    const out = await visitor.post(`${PATH}/try/logout`, {})

    expect(first).toBeTruthy()
    expect(second).not.toBe(first)
    expect(inside.querySelector('#stored > pre:not(.change)')?.text).toMatch(
      /"username": "zhangsan",\s+"email": "zhangsan@example.com"/,
    )
    expect(inside.querySelector('#stored > pre:not(.change)')?.text).not.toContain(KNOWN.password)
    expect(inside.querySelector('#stored')?.text).toContain('get → destroy → set')
    expect(hello).toBe(t('lessons.sign-in.said.hello', { name: 'zhangsan' }))
    expect(cookiesOf(out)['sign-in.sid']?.value).toBe('')
    const after = page(await visitor.get(PATH))
    expect(after.querySelector('.count')?.text).toBe(t('lessons.sign-in.said.goodbye'))
    expect(after.querySelector('.change .removed')?.text).toMatch(/^-/)
    await visitor.get(`${PATH}/try/home`)
    expect(await said(visitor)).toBe(t('lessons.sign-in.said.sign-in-first'))
  })

  it.each([
    { username: 'zhangsan', password: 'wrong' },
    { username: 'lisi', password: KNOWN.password },
    { username: '', password: '' },
  ])('refuses $username with “$password”', async (fields) => {
    const visitor = site.visitor()
    await register(visitor)

    expect(cookiesOf(await login(visitor, fields))).not.toHaveProperty('sign-in.sid')
    expect(await said(visitor)).toBe(t('lessons.sign-in.said.wrong'))
  })

  it('takes what is no text for a wrong password', async () => {
    const answer = await site.visitor().post(`${PATH}/try/login`, 'username=a&username=b&password=')

    expect(answer.status).toBe(303)
  })

  it('names what handout 3 gets wrong', async () => {
    const { text } = page(await site.visitor().get(PATH)).querySelector('#try') ?? { text: '' }

    for (const snippet of [
      'passsword',
      'req.body',
      'md5(password)',
      'resave: true',
      'res.render',
    ]) {
      expect(text).toContain(snippet)
    }
  })
})
