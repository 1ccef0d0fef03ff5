// A member's token belongs to one session: it comes with the sign-in and goes with the sign-out.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAPTCHA, openSite, validPassword, type Site } from '../../helper.ts'

const credentials = { password: validPassword, captcha: CAPTCHA }

let site: Site
let username: string
beforeAll(async () => {
  site = await openSite()
  username = (await site.visitor().becomeMember()).username ?? ''
})
afterAll(() => site.close())

describe('POST /logout', () => {
  it('is refused with the token from before the sign-in', async () => {
    const member = site.visitor()
    const early = await member.token()
    await member.signIn({ username })

    const answer = await member.post('/logout', { _csrf: early })

    expect(answer.status).toBe(403)
    expect((await member.get('/account')).status).toBe(200)
  })

  it('is refused with a token and its cookie from before the sign-in', async () => {
    const member = site.visitor()
    const early = await member.token()
    await member.signIn({ username })
    const Cookie = `csrf=${early}; sid=${member.cookie('sid') ?? ''}`

    const answer = await site.visitor().post('/logout', { _csrf: early }, { Cookie })

    expect(answer.status).toBe(403)
  })

  it('is refused with a token and its cookie of another session of the same person', async () => {
    const [here, there] = [site.visitor(), site.visitor()]
    await here.signIn({ username })
    await there.signIn({ username })
    const token = await there.token('/home')
    const Cookie = `csrf=${token}; sid=${here.cookie('sid') ?? ''}`

    const answer = await site.visitor().post('/logout', { _csrf: token }, { Cookie })

    expect(answer.status).toBe(403)
    expect((await here.get('/account')).status).toBe(200)
  })
})

describe('POST /login', () => {
  it('is refused with the token from before the sign-out', async () => {
    const visitor = site.visitor()
    await visitor.signIn({ username })
    const late = await visitor.token('/home')
    await visitor.fill('/logout', {})
    await visitor.get('/captcha')

    const answer = await visitor.post('/login', { username, ...credentials, _csrf: late })

    expect(answer.status).toBe(403)
  })
})
