// Another address: nothing but a wish until the link that is sent there was used.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { usersOf } from '../../documents.ts'
import { openSite, uniqueUsername, type Site } from '../../helper.ts'
import { errorsOf, page, valueOf, type Visitor } from '../../visitor.ts'

const PATH = '/account/email'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const newAddress = () => `${uniqueUsername()}@example.org`
const newMember = async () => {
  const visitor = site.visitor()
  const { username = '', email = '' } = await visitor.becomeMember()
  return { visitor, username, email }
}
const ask = (visitor: Visitor, email: string) => visitor.fill(PATH, { email })
const mailsTo = async (address: string) => (await site.mails()).filter(({ to }) => to === address)

describe(`POST ${PATH}`, () => {
  it('sends a link to the new address and a notice to the old one, and changes nothing yet', async () => {
    const { visitor, email } = await newMember()
    const next = newAddress()

    const answer = await ask(visitor, next)

    expect([answer.status, answer.headers.location]).toEqual([303, PATH])
    const shown = page(await visitor.get(PATH)).text
    expect(shown).toContain(t('notice.email-change-sent'))
    expect(shown).toContain(t('account.email.text', { email }))
    expect(shown).toContain(t('account.email.pending', { email: next }))
    const [link] = await mailsTo(next)
    expect(link?.link).toMatch(/^\/account\/email\/[\w-]{43}$/)
    const [notice] = await mailsTo(email)
    expect(notice?.text).toContain(next)
    expect(notice?.text).not.toContain('/account/email/')
  })

  it('links to the caught mails', async () => {
    const { visitor } = await newMember()

    await ask(visitor, newAddress())

    const notice = page(await visitor.get(PATH)).querySelector('[role=status] a')
    expect(notice?.getAttribute('href')).toBe('/dev/mail')
  })

  it.each([
    ['no address', '', 'errors.email.missing'],
    ['what is no address', 'not-an-address', 'errors.email.form'],
  ])('refuses %s, keeps what was typed, and sends nothing', async (_what, typed, error) => {
    const { visitor, username } = await newMember()
    const before = (await site.mails()).length

    const answer = await ask(visitor, typed)

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ email: t(error) })
    expect(valueOf(answer, 'email')).toBe(typed)
    expect(await site.mails()).toHaveLength(before)
    expect(await usersOf(site).findOne({ username })).not.toHaveProperty('pendingEmail')
  })

  it('refuses the address one has, and one that somebody else has, in any spelling', async () => {
    const { visitor, email } = await newMember()
    const other = await newMember()

    expect(errorsOf(await ask(visitor, email.toUpperCase()))).toEqual({
      email: t('errors.email.same'),
    })
    expect(errorsOf(await ask(visitor, other.email.toUpperCase()))).toEqual({
      email: t('errors.email.taken'),
    })
  })
})
