// The end of the second factor: other sessions end, and a letter tells of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../../config/i18n.ts'
import { findTwoFactor } from '../../../../models/account/two-factor.ts'
import { openSite, type Site } from '../../../helper.ts'
import { enterAs, memberWithApp } from '../../../two-factor.ts'

const PATH = '/account/two-factor/off'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe(`POST ${PATH}`, () => {
  it('ends the factor and the other sessions, and tells the owner (ASVS 6.5.6)', async () => {
    const { visitor, username, context } = await memberWithApp(site)
    const elsewhere = site.visitor()
    await enterAs(site, elsewhere, username)
    const isOn = (await findTwoFactor(context.member.id)).isOn
    const before = (await elsewhere.get('/account')).status

    const answer = await visitor.fill(PATH, {})

    expect([isOn, before]).toEqual([true, 200])
    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect((await visitor.get('/account')).text).toContain(t('notice.two-factor-off'))
    expect((await elsewhere.get('/account')).status).toBe(303)
    expect(await findTwoFactor(context.member.id)).toEqual({ isOn: false })
    const [mail] = await site.mails()
    expect(mail?.subject).toBe(t('mail.two-factor-off.subject'))
    expect((await visitor.get(PATH)).headers.location).toBe('/account/two-factor')
  })
})
