// The confirmation of an address: by its owner's click alone, once, and never by a program that opens every link.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { usersOf } from '../../documents.ts'
import { openSite, type Site } from '../../helper.ts'
import { newPerson, page } from '../../visitor.ts'

const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ LOG_LEVEL: 'trace' })
})
afterAll(() => site.close())

describe('GET /verify-email/:token', () => {
  it('confirms nothing, however often it is opened, and tells its address to nobody', async () => {
    const { person, link } = await registered()

    const [answer] = await Promise.all([1, 2, 3].map(() => site.visitor().get(link)))

    expect(answer?.status).toBe(200)
    expect(answer?.headers).toMatchObject({
      'referrer-policy': 'strict-origin',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
    })
    const shown = answer && page(answer).querySelector('main')?.textContent
    expect(shown).toContain(t('verify-email.token.text', person))
    expect(await isVerified(person.username)).toBe(false)
  })
})

describe('POST /verify-email/:token', () => {
  it('confirms the address and leads whoever is not signed in to the sign-in page', async () => {
    const { person, link, userId } = await registered()
    const visitor = site.visitor()

    const answer = await visitor.fill(link, {})

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    const notice = page(await visitor.get('/login')).querySelector('[role=status]')
    expect(notice?.text).toBe(t('notice.email-verified'))
    expect(await isVerified(person.username)).toBe(true)
    const line = site.log.find((one) => one.includes('"event":"email-verified"'))
    expect(line).toContain(userId)
    expect(site.log.join('\n')).not.toContain(link.split('/')[2])
  })

  it('asks for the form’s token: no other page confirms', async () => {
    const { person, link } = await registered()

    const answer = await site.visitor().post(link, {})

    expect(answer.status).toBe(403)
    expect(await isVerified(person.username)).toBe(false)
  })

  it('counts once, also for many at the same moment', async () => {
    const { link } = await registered()
    const visitors = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const visitor = site.visitor()
        return { visitor, _csrf: await visitor.token(link) }
      }),
    )

    const answers = await Promise.all(
      visitors.map(({ visitor, _csrf }) => visitor.post(link, { _csrf })),
    )

    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([303, ...Array<number>(7).fill(404)])
    const gone = page(await site.visitor().get(link))
    expect(gone.querySelector('h1')?.text).toBe(t('verify-email.token.gone-title'))
    expect(gone.querySelector('main a[href="/verify-email"]')).not.toBeNull()
  })

  it.each<[string, (userId: string) => Promise<unknown>]>([
    [
      'it is older than seven days',
      (userId) => tokens().updateMany({ userId }, { $set: { expires: new Date() } }),
    ],
    [
      'the account has another address',
      (userId) => change(userId, { email: 'b@example.com', emailKey: `${userId}@example.com` }),
    ],
  ])('counts no more once %s', async (_what, happen) => {
    const { person, link, userId } = await registered()
    const visitor = site.visitor()
    const _csrf = await visitor.token(link)
    await happen(userId)

    const answer = await visitor.post(link, { _csrf })

    expect([answer.status, (await visitor.get(link)).status]).toEqual([404, 404])
    expect(await isVerified(person.username)).toBe(false)
  })

  it('lives seven days', async () => {
    const { userId } = await registered()
    const token = await tokens().findOne({ userId })

    const left = Number(token?.expires) - Date.now()
    expect(Math.round(left / 60_000)).toBe(7 * 24 * 60)
  })
})

async function registered() {
  const person = newPerson()
  await site.visitor().register(person)
  const mail = (await site.mails()).find(({ to }) => to === person.email)
  const user = await usersOf(site).findOne({ username: person.username })
  return { person, link: mail?.link ?? '', userId: String(user?._id) }
}

async function isVerified(username: string): Promise<boolean> {
  const user = await usersOf(site).findOne({ username })
  return user !== null && 'emailVerifiedAt' in user
}

function change(userId: string, fields: object) {
  const _id = site.database.base.Types.ObjectId.createFromHexString(userId)
  return usersOf(site).updateOne({ _id }, { $set: fields })
}

function tokens() {
  return site.database.collection('tokens')
}
