// Notices are shown once, by a cookie that nobody can forge and that needs no session.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { openSite, type Site } from '../../helper.ts'
import { cookiesOf, page, type Visitor } from '../../visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /login', () => {
  it('shows a notice once', async () => {
    const visitor = site.visitor()
    await visitor.get('/account')

    const first = await noticeFor(visitor)
    const second = await noticeFor(visitor)

    expect(first).toBe(translator('en')('notice.sign-in-first'))
    expect(second).toBeUndefined()
  })

  it('shows what a notice is, in colour and in a word for screen readers', async () => {
    const visitor = site.visitor()
    await visitor.get('/account')
    const toKnow = await visitor.get('/login')
    const stale = await visitor.post('/login', {})

    const t = translator('en')
    const kinds = [toKnow, stale].map((answer) => page(answer).querySelector('main .notice'))
    expect(kinds.map((one) => one?.getAttribute('class'))).toEqual([
      'notice information',
      'notice warning',
    ])
    expect(
      kinds.map((one) => one?.querySelector('[role=img]')?.getAttribute('aria-label')),
    ).toEqual([t('notice-kind.information'), t('notice-kind.warning')])
  })

  it('shows a notice in the language of the visitor', async () => {
    const visitor = site.visitor()
    await visitor.get('/account')

    const answer = await visitor.get('/login', { 'Accept-Language': 'zh-CN' })

    expect(page(answer).querySelector('[role=status]')?.text).toBe('请先登录。')
  })

  it('shows no notice to another visitor', async () => {
    await site.visitor().get('/account')

    expect(await noticeFor(site.visitor())).toBeUndefined()
  })

  it.each([
    'notice=signed-out',
    'notice=s%3Asigned-out.forged',
    'notice=s%3Asigned-out.',
    'notice=s%3A%3Cscript%3E.x',
    'notice=j%3A%22signed-out%22',
    'notice=j%3A%7B%22toString%22%3A1%7D',
    'notice=__proto__',
  ])('ignores the forged cookie %s', async (Cookie) => {
    const answer = await site.visitor().get('/login', { Cookie })

    expect(answer.status).toBe(200)
    expect(page(answer).querySelector('[role=status], [role=alert]')).toBeNull()
    expect(answer.text).not.toContain('script>.x')
  })

  it('ignores a notice whose text was changed under its signature', async () => {
    const visitor = site.visitor()
    const answer = await visitor.get('/account')
    const changed = cookiesOf(answer).notice?.value.replace('sign-in-first', 'signed-out')

    const login = await site.visitor().get('/login', { Cookie: `notice=${changed ?? ''}` })

    expect(changed).toContain('signed-out')
    expect(page(login).querySelector('[role=status]')).toBeNull()
  })
})

describe('GET /account', () => {
  it('leaves its notice in a short-lived cookie that no script reads', async () => {
    const answer = await site.visitor().get('/account')

    const { notice } = cookiesOf(answer)
    const age = notice?.flags.find((flag) => flag.startsWith('max-age='))?.slice('max-age='.length)
    expect(notice?.flags).toEqual(expect.arrayContaining(['httponly', 'samesite=lax', 'path=/']))
    expect(Number(age)).toBeGreaterThan(0)
    expect(Number(age)).toBeLessThanOrEqual(600)
  })

  it('knows nobody by a notice that is offered as a session', async () => {
    const answer = await site.visitor().get('/account')
    const notice = cookiesOf(answer).notice?.value ?? ''

    const account = await site.visitor().get('/account', { Cookie: `sid=${notice}` })

    expect(account.status).toBe(303)
  })
})

async function noticeFor(visitor: Visitor): Promise<string | undefined> {
  return page(await visitor.get('/login')).querySelector('[role=status]')?.text
}
