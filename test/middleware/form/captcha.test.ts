// A captcha is kept in the session: of a visitor it is all that the session holds, of a member it changes nothing else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAPTCHA_TTL } from '../../../config/session.ts'
import { DAY, HOUR } from '../../../config/time.ts'
import { sessionOf } from '../../documents.ts'
import { openSite, type Site } from '../../helper.ts'
import { newPerson } from '../../visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite({ SESSION_IDLE_MINUTES: '60' })
})
afterAll(() => site.close())

describe('GET /captcha', () => {
  it.each([
    ['an hour', '', HOUR],
    ['weeks', 'on', 29 * DAY],
  ])('leaves a member’s session that lasts %s as long as it was', async (_what, remember, most) => {
    const visitor = site.visitor()
    const { username } = newPerson()
    await visitor.register({ username })
    await visitor.signIn({ username, remember })

    await visitor.get('/captcha')

    const stored = await sessionOf(site, visitor)
    expect(stored?.session.captcha?.answers).toHaveLength(1)
    expect(stored?.expires.getTime()).toBeGreaterThan(Date.now() + most - CAPTCHA_TTL)
  })

  it('keeps a visitor’s session no longer than the picture counts', async () => {
    const visitor = site.visitor()

    await visitor.get('/captcha')

    const stored = await sessionOf(site, visitor)
    expect(stored?.expires.getTime()).toBeLessThan(Date.now() + HOUR / 2)
  })
})
