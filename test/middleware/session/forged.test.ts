// No session has an id that a visitor made up, kept too long or changed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionKey, sessionsOf } from '../../documents.ts'
import { CAPTCHA, openSite, validPassword, type Site } from '../../helper.ts'
import { cookiesOf, newPerson } from '../../visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /captcha', () => {
  it.each([
    'sid=forged',
    'sid=s%3Aforged.forged',
    'sid=',
    'sid=j%3A%7B%22a%22%3A1%7D',
    'sid=__proto__',
  ])('never adopts the id of %s', async (Cookie) => {
    const answer = await site.visitor().get('/captcha', { Cookie })

    expect(answer.status).toBe(200)
    expect(cookiesOf(answer).sid?.value).toMatch(/^s%3A[\w-]{22,}\./)
    expect(cookiesOf(answer).sid?.value).not.toContain('forged')
  })

  it('never adopts an id that is signed but no longer stored', async () => {
    const visitor = site.visitor()
    await visitor.get('/captcha')
    const old = visitor.cookie('sid')
    await sessionsOf(site).deleteOne({ _id: sessionKey(visitor) })

    await visitor.get('/captcha')

    expect(visitor.cookie('sid')).not.toBe(old)
  })

  it('takes a cookie whose signature was changed for none (ASVS 7.2.1)', async () => {
    const member = site.visitor()
    await member.becomeMember()
    const changed = `${(member.cookie('sid') ?? '').slice(0, -1)}_`

    const answer = await site.visitor().get('/account', { Cookie: `sid=${changed}` })

    expect(answer.status).toBe(303)
  })
})

describe('POST /login', () => {
  it('leaves the id worthless that somebody planted in the browser before (ASVS 7.2.4)', async () => {
    const { username } = newPerson()
    await site.visitor().register({ username })
    const attacker = site.visitor()
    await attacker.get('/captcha')
    const planted = { Cookie: `sid=${attacker.cookie('sid') ?? ''}` }
    const victim = site.visitor()

    const answer = await victim.send(
      '/login',
      { username, password: validPassword, captcha: CAPTCHA },
      planted,
    )

    expect(answer.status).toBe(303)
    expect((await victim.get('/account')).status).toBe(200)
    expect(victim.cookie('sid')).not.toBe(attacker.cookie('sid'))
    expect((await attacker.get('/account')).status).toBe(303)
  })
})
