// The second factor in an operator's hands: off for whoever has lost app and codes, and what passes through backup and export.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { codeAt } from '../../../lib/totp.ts'
import { DEMO_PASSWORD, DEMO_TOTP_KEY } from '../../../models/operator/demo.ts'
import { User } from '../../../models/user.ts'
import { addPasskey } from '../../authenticator.ts'
import { openSite, type Site } from '../../helper.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { memberWithApp, nextCode } from '../../two-factor.ts'
import { environmentOf, run } from '../command.ts'

const SECOND = '/login/second-factor'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off' })
})
afterAll(() => site.close())

const sesame = (...words: string[]) => run(words, environmentOf(site))

describe('sesame user two-factor off', () => {
  it('lets the password alone in again, ends all sessions, and tells the owner (ASVS 6.4.4)', async () => {
    const { username, visitor, secret } = await memberWithApp(site)
    const { authenticator } = await addPasskey(visitor)
    const asJson = await sesame('user', 'show', username, '--json')
    const before = await sesame('user', 'show', username)

    const off = await sesame('user', 'two-factor', 'off', username)

    expect(before.out).toMatch(
      /^Factor {4}an app since .*, no code used yet, 10 recovery codes left$/m,
    )
    expect(before.out).toMatch(/^Passkeys {2}1Password, made \d{4}-.*, not used yet$/m)
    const { twoFactor, passkeys } = JSON.parse(asJson.out) as Record<string, object>
    expect(twoFactor).toEqual({
      since: expect.any(String) as string,
      lastCodeAt: null,
      recoveryCodesLeft: 10,
    })
    expect(passkeys).toMatchObject([{ name: '1Password', isEnough: true }])
    for (const hidden of [secret, authenticator.id, '"secret"', 'publicKey', 'hash']) {
      expect(before.out + asJson.out).not.toContain(hidden)
    }
    expect([off.code, off.out]).toEqual([
      0,
      `${username} is asked for no code any more; all sessions ended, and a letter says so.\n`,
    ])
    expect((await sesame('user', 'show', username)).out).toContain('none but the password')
    expect((await visitor.get('/account')).status).toBe(303)
    expect((await visitor.signIn({ username })).headers.location).toBe('/account')
    expect((await visitor.get('/account/activity')).text).toContain(
      t('account.activity.events.two-factor-off'),
    )
    const [mail] = await site.mails()
    expect(mail?.subject).toBe(t('mail.two-factor-off.subject'))
    expect((await sesame('user', 'two-factor', 'off', username)).code).toBe(1)
  })
})

describe('sesame totp', () => {
  it('prints the code of an app with this key, that of the demo’s account too', async () => {
    await sesame('demo')
    const visitor = site.visitor()
    await visitor.signIn({ username: 'two-tess', password: DEMO_PASSWORD })

    const { out } = await sesame('totp', DEMO_TOTP_KEY.replace(/.{4}/g, '$& ').toLowerCase())

    expect([codeAt(DEMO_TOTP_KEY), nextCode(DEMO_TOTP_KEY)]).toContain(out.trim())
    expect((await visitor.fill(SECOND, { code: out.trim() })).headers.location).toBe('/account')
    expect((await sesame('totp', 'no key!')).code).toBe(1)
  })
})

describe('A backup and an export', () => {
  it('hold the factor: the one without devices that are asked for no code, the other without its secret', async () => {
    const { username, visitor, code, codes } = await memberWithApp(site)
    const other = site.visitor()
    await other.signIn({ username })
    await other.fill(SECOND, { code: code(), trust: 'on' })
    const stored = await User.findOne({ username }).lean()
    const { text } = await visitor.get('/account/export')
    const file = join(await temporaryFolder(), 'backup.gz')

    await sesame('backup', file)
    await sesame('restore', file, '--replace', '--yes')

    const { account } = JSON.parse(text) as { account: { twoFactor: object } }
    expect(Object.keys(account.twoFactor).sort()).toEqual(['lastStep', 'since', 'trusted'])
    expect(text).not.toContain(stored?.twoFactor?.secret)
    const restored = await User.findOne({ username }).lean()
    expect(restored?.twoFactor).toMatchObject({ secret: stored?.twoFactor?.secret })
    expect(restored?.twoFactor?.trusted ?? []).toEqual([])
    const again = site.visitor()
    await again.signIn({ username })
    const answer = await again.send(SECOND, { recovery: codes[0] ?? '' })
    expect(answer.headers.location).toBe('/account')
  })
})
