// Whether an address is confirmed, and another mail for it.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { attemptLimits } from '../../config/limits.ts'
import { countUp } from '../documents.ts'
import { openSite, validPassword, type Site } from '../helper.ts'
import { newPerson, page } from '../visitor.ts'

const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on' })
})
afterAll(() => site.close())

describe('GET /verify-email', () => {
  it('asks whoever is not signed in to do so first', async () => {
    const { status, headers } = await site.visitor().get('/verify-email')

    expect([status, headers.location]).toEqual([303, '/login?next=%2Fverify-email'])
  })

  it('is reached by a reminder on /account, until the address is confirmed', async () => {
    const member = site.visitor()
    const { email = '' } = await member.registerAndSignIn()
    const reminder = page(await member.get('/account')).querySelector(
      'main a[href="/verify-email"]',
    )
    const before = page(await member.get('/verify-email'))
    const [mail] = await site.mails()

    await member.fill(mail?.link ?? '', {})

    expect(reminder?.text).toBe(t('verify-email.link'))
    expect(before.querySelector('main h1 + p')?.text).toBe(t('verify-email.text', { email }))
    const notice = page(await member.get('/account')).querySelector('[role=status]')
    expect(notice?.text).toBe(t('notice.email-verified'))
    const after = page(await member.get('/verify-email'))
    expect(after.querySelector('main h1 + p')?.text).toBe(t('verify-email.done', { email }))
    expect(after.querySelector('main form')).toBeNull()
    expect((await member.get('/account')).text).not.toContain('/verify-email')
  })
})

describe('POST /verify-email', () => {
  it('sends another mail, and both links count', async () => {
    const member = site.visitor()
    const { email } = await member.registerAndSignIn()
    const [first] = await site.mails()

    const answer = await member.fill('/verify-email', {})

    expect([answer.status, answer.headers.location]).toEqual([303, '/verify-email'])
    const notice = page(await member.get('/verify-email')).querySelector('[role=status]')
    expect(notice?.text).toContain(t('notice.verify-asked'))
    expect(notice?.querySelector('a')?.getAttribute('href')).toBe('/dev/mail')
    const [second] = await site.mails()
    expect(second).toMatchObject({ to: email, subject: t('mail.verify-email.subject') })
    expect(second?.link).not.toBe(first?.link)
    for (const { link = '' } of [first ?? {}, second ?? {}]) {
      expect((await member.get(link)).status).toBe(200)
    }
  })

  it('sends so many an hour and no more', async () => {
    const member = site.visitor()
    await member.becomeMember()

    const statuses: number[] = []
    for (let time = 0; time < 4; time++) {
      statuses.push((await member.fill('/verify-email', {})).status)
    }

    expect(statuses).toEqual([303, 303, 303, 429])
  })

  it('counts what comes to one mailbox by registrations too, whatever stands after a plus', async () => {
    const { email, password } = newPerson()
    const tagged = (tag: string) => email.replace('@', `+${tag}@`)
    for (const tag of ['a', 'B', 'c+d', 'e']) await site.visitor().register({ email: tagged(tag) })
    const owner = site.visitor()
    await owner.becomeMember({ email, password })

    const answer = await owner.fill('/verify-email', {})

    const sent = (await site.mails()).filter(({ to }) => to.replace(/\+.*@/, '@') === email)
    expect(sent).toHaveLength(attemptLimits.confirmation.points)
    expect(answer.status).toBe(429)
  })

  it('is not stopped by resets that strangers ask for', async () => {
    const owner = site.visitor()
    const { email = '' } = await owner.becomeMember()
    for (let time = 0; time < 4; time++) await site.visitor().fill('/password-reset', { email })

    expect((await owner.fill('/verify-email', {})).status).toBe(303)
  })

  it('says no name in a letter to an address that nobody has confirmed', async () => {
    const member = site.visitor()
    const current = validPassword
    const { email } = await member.registerAndSignIn({ username: 'www.evil-shop.com' })
    await member.fill('/account/username', { username: 'www.evil-shop.net', current })
    await member.fill('/account/email', { email: `new-${email ?? ''}`, current })

    const sent = (await site.mails()).filter(({ to }) => to.endsWith(email ?? ''))

    expect(sent.map(({ subject }) => subject).sort()).toEqual(
      ['verify-email', 'username-changed', 'email-change', 'email-change-asked']
        .map((kind) => t(`mail.${kind}.subject`))
        .sort(),
    )
    for (const { text, html } of sent) expect(text + html).not.toContain('evil-shop')
  })

  it('leaves a mailbox in peace that nobody has confirmed, whatever is done at the account', async () => {
    const member = site.visitor()
    const { email = '' } = await member.registerAndSignIn()
    const passwords = [validPassword, 'another lantern in the cave']

    for (let time = 0; time <= attemptLimits.unconfirmed.points; time++) {
      const [current = '', password = ''] = time % 2 === 0 ? passwords : passwords.toReversed()
      const answer = await member.fill('/account/password', { current, password })
      expect(answer.status).toBe(303)
    }

    const sent = (await site.mails()).filter(({ to }) => to === email)
    expect(sent).toHaveLength(1 + attemptLimits.unconfirmed.points)
    // Who has confirmed the address hears of everything.
    await member.fill(sent.at(-1)?.link ?? '', {})
    for (const [current = '', password = ''] of [passwords, passwords.toReversed()]) {
      await member.fill('/account/password', { current, password })
    }
    const later = (await site.mails()).filter(({ to }) => to === email)
    expect(later).toHaveLength(sent.length + 2)
  })

  it('leaves the mailboxes of others in peace once a network has caused enough mails', async () => {
    const member = site.visitor()
    const { email = '' } = await member.becomeMember()
    await countUp('mail', '127.0.0.1')
    onTestFinished(async () => {
      await site.database.collection('attempts').deleteMany({})
    })
    const password = 'another lantern in the cave'

    const answer = await member.fill('/account/password', { current: validPassword, password })

    expect(answer.status).toBe(303)
    expect((await site.mails()).filter(({ to }) => to === email)).toEqual([])
  })

  it('sends nothing to a confirmed address', async () => {
    const member = site.visitor()
    await member.registerAndSignIn()
    const [mail] = await site.mails()
    await member.fill(mail?.link ?? '', {})
    const before = await site.mails()

    const answer = await member.send('/verify-email', {})

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect(await site.mails()).toHaveLength(before.length)
  })
})
