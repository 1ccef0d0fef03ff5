// Setting up an authenticator app: the key in three forms, a code, and ten recovery codes that are shown once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { limits } from '../../../config/limits.ts'
import { MINUTE } from '../../../config/time.ts'
import { codeAt } from '../../../lib/totp.ts'
import { findTwoFactor } from '../../../models/account/two-factor.ts'
import { User } from '../../../models/user.ts'
import { openSite, type Site } from '../../helper.ts'
import { memberWithApp, wrongCode } from '../../two-factor.ts'
import { errorsOf, page } from '../../visitor.ts'

const PATH = '/account/two-factor'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const newMember = async () => {
  const visitor = site.visitor()
  const { username = '' } = await visitor.becomeMember()
  return { visitor, username }
}

describe(`POST ${PATH}`, () => {
  it('shows the key, and counts from the first right code on (ASVS 6.3.3)', async () => {
    const { visitor, username } = await newMember()
    const elsewhere = site.visitor()
    await elsewhere.signIn({ username })

    await visitor.fill(PATH, {})
    const shown = page(await visitor.get(PATH))
    const secret = shown.querySelector('.key')?.text.replaceAll(' ', '') ?? ''
    const code = shown.querySelector('[name=code]')
    expect(shown.querySelector('a[href^="otpauth:"]')?.getAttribute('href')).toContain(secret)
    expect(shown.querySelector('.key')?.text).toMatch(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
    expect([code?.getAttribute('inputmode'), code?.getAttribute('autocomplete')]).toEqual([
      'numeric',
      'one-time-code',
    ])

    const refused = await visitor.fill(PATH, { code: wrongCode(secret) })
    expect(errorsOf(refused)).toEqual({ code: t('errors.code.wrong') })
    expect((await elsewhere.get('/account')).status).toBe(200)

    const sid = visitor.cookie('sid')
    const done = await visitor.fill(PATH, { code: codeAt(secret) })
    expect(done.headers['cache-control']).toBe('no-store')
    expect(page(done).querySelectorAll('.recovery-codes li')).toHaveLength(10)
    expect(visitor.cookie('sid')).not.toBe(sid)
    expect(page(await visitor.get(PATH)).text).toContain(
      t('account.two-factor.left', { count: 10 }),
    )
    const [mail] = await site.mails()
    expect(mail?.subject).toBe(t('mail.two-factor-on.subject'))
    const sent = await elsewhere.get('/account')
    expect(page(await elsewhere.get(sent.headers.location ?? '')).text).toContain(
      t('notice.ended-two-factor'),
    )
    expect((await visitor.get('/account/activity')).text).toContain(
      t('account.activity.events.two-factor-on'),
    )
  })

  it('shows a form that comes twice the same codes, and so does one for new codes', async () => {
    const { visitor } = await newMember()
    await visitor.fill(PATH, {})
    const shown = page(await visitor.get(PATH))
    const code = codeAt(shown.querySelector('.key')?.text.replaceAll(' ', '') ?? '')
    const twice = async (path: string, form: typeof shown, fields: Record<string, string>) => {
      for (const name of ['_csrf', 'formId']) {
        fields[name] = form.querySelector(`main form [name=${name}]`)?.getAttribute('value') ?? ''
      }
      // The browser broke the first request off, so it sends the same cookies once more.
      const Cookie = visitor.agent.jar
        .getCookies({ domain: '127.0.0.1', path: '/', secure: false, script: false })
        .toValueString()
      const first = await visitor.post(path, fields)
      const second = await site.visitor().post(path, fields, { Cookie })
      return [first, second].map((answer) => page(answer).querySelector('.recovery-codes')?.text)
    }

    const confirmed = await twice(PATH, shown, { code })
    const path = `${PATH}/recovery-codes`
    const renewed = await twice(path, page(await visitor.get(path)), {})

    expect(confirmed[0]).toMatch(/-/)
    expect(confirmed[1]).toBe(confirmed[0])
    expect(renewed[1]).toBe(renewed[0])
    expect(renewed[0]).not.toBe(confirmed[0])
  })

  it('forgets a key that no code confirmed in time, and offers to begin anew', async () => {
    const { visitor, username } = await newMember()
    await visitor.fill(PATH, {})
    const secret = page(await visitor.get(PATH))
      .querySelector('.key')
      ?.text.replaceAll(' ', '')
    const tooLong = new Date(Date.now() - limits.twoFactorMinutes * MINUTE - 1000)
    await User.updateOne({ username }, { $set: { 'pendingTwoFactor.at': tooLong } })

    const late = await visitor.send(PATH, { code: codeAt(secret ?? '') })
    const shown = page(await visitor.get(PATH))

    expect(errorsOf(late)).toEqual({ code: t('errors.code.late') })
    expect([shown.querySelector('.key'), shown.querySelector('[name=code]')]).toEqual([null, null])
  })

  it('confirms nothing where nothing was begun, and begins nothing anew where there is a factor', async () => {
    const { visitor } = await newMember()
    const withApp = await memberWithApp(site)

    const refused = await visitor.send(PATH, { code: '123456' })
    await withApp.visitor.send(PATH, {})
    const json = { Accept: 'application/json' }
    const confirmedBefore = await withApp.visitor.send(PATH, { code: withApp.code() }, json)

    expect(refused.status).toBe(422)
    // Not that it came too late: whoever removed the entry from the app then could not sign in.
    expect(confirmedBefore.body).toMatchObject({ errors: { code: t('errors.code.wrong') } })
    expect(page(await withApp.visitor.get(PATH)).querySelector('form [name=code]')).toBeNull()
    expect((await findTwoFactor(withApp.context.member.id)).pending).toBeUndefined()
  })
})

describe('GET /account', () => {
  it.each([
    [4, false],
    [3, true],
    [0, true],
  ])('with %i recovery codes left warns: %s', async (left, isWarning) => {
    const { visitor, username, codes } = await memberWithApp(site)
    const change = { $set: { 'twoFactor.recoveryCodes': codes.slice(0, left) } }
    await User.updateOne({ username }, change)

    const { text } = page(await visitor.get('/account'))

    expect(text.includes(t('account.two-factor.few', { count: left }))).toBe(isWarning)
  })
})
