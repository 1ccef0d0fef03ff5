// Signing out takes a button, and then nothing is left of the session.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { sessionOf } from '../documents.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, page, type Fields } from '../visitor.ts'

const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /logout', () => {
  it('leads an anonymous visitor to the sign-in page', async () => {
    const answer = await site.visitor().get('/logout')

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
  })

  it('shows a member one button and signs nobody out (ASVS 3.5.3)', async () => {
    const member = site.visitor()
    await member.becomeMember()

    const answer = await member.get('/logout')

    expect(answer.status).toBe(200)
    const form = page(answer).querySelector('main form')
    expect(page(answer).querySelectorAll('main button')).toHaveLength(1)
    expect([form?.getAttribute('method'), form?.getAttribute('action')]).toEqual([
      'post',
      '/logout',
    ])
    expect((await member.get('/account')).status).toBe(200)
  })
})

describe('POST /logout', () => {
  it('leads an anonymous visitor to the sign-in page', async () => {
    const answer = await site.visitor().send('/logout', {})

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
  })

  it('answers without a session, and without a token, as it answers a member', async () => {
    const visitor = site.visitor()

    const answer = await visitor.post('/logout', {})

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    const login = page(await visitor.get('/login'))
    expect(login.querySelector('[role=status]')?.text).toBe(t('notice.signed-out'))
  })

  it.each(['in a second tab', 'from elsewhere'])(
    'signs out in a page whose session was ended %s, and takes its cookie away',
    async (where) => {
      const member = site.visitor()
      await member.becomeMember()
      const cookie = member.cookie('sid') ?? ''
      const _csrf = await member.token('/home')
      if (where === 'in a second tab') {
        await member.fill('/logout', {})
        member.agent.jar.setCookie(`sid=${cookie}`, '127.0.0.1', '/')
      } else {
        await site.database.collection('sessions').deleteMany({})
      }

      const answer = await member.post('/logout', { _csrf })

      expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
      expect(member.cookie('sid')).toBeUndefined()
      const login = page(await member.get('/login'))
      expect(login.querySelector('[role=status]')?.text).toBe(t('notice.signed-out'))
    },
  )

  it('answers a script without a session as it answers a sign-out', async () => {
    const answer = await site.visitor().agent.post('/logout').set('Accept', 'application/json')

    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      next: '/login',
      user: null,
      notice: { code: 'signed-out' },
    })
  })

  it.each<Fields>([{}, { _csrf: 'x' }])(
    'signs no member out with %j for a token',
    async (fields) => {
      const member = site.visitor()
      await member.becomeMember()

      const answer = await member.post('/logout', fields)

      expect(answer.status).toBe(403)
      expect((await member.get('/account')).status).toBe(200)
    },
  )

  it('leads a member to the sign-in page with a notice', async () => {
    const member = site.visitor()
    await member.becomeMember()

    const answer = await member.fill('/logout', {})

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    const login = page(await member.get('/login'))
    expect(login.querySelector('[role=status]')?.text).toBe(t('notice.signed-out'))
  })

  it('deletes the session from the database', async () => {
    const member = site.visitor()
    await member.becomeMember()
    const before = await sessionOf(site, member)

    await member.fill('/logout', {})

    expect(before?.session.userId).toBeDefined()
    expect(
      await site.database
        .collection<{ _id: string }>('sessions')
        .findOne({ _id: before?._id ?? '' }),
    ).toBeNull()
  })

  it('clears the cookie', async () => {
    const member = site.visitor()
    await member.becomeMember()

    const answer = await member.fill('/logout', {})

    const { sid } = cookiesOf(answer)
    const expires = sid?.flags.find((flag) => flag.startsWith('expires='))?.slice('expires='.length)
    expect(sid?.value).toBe('')
    expect(Date.parse(expires ?? '')).toBeLessThan(Date.now() + 1)
    expect(member.cookie('sid')).toBeUndefined()
  })

  it('makes a copy of the old cookie worthless', async () => {
    const member = site.visitor()
    await member.becomeMember()
    const copy = `sid=${member.cookie('sid') ?? ''}`
    await member.fill('/logout', {})

    const answer = await site.visitor().get('/account', { Cookie: copy })

    expect(answer.status).toBe(303)
    expect(answer.headers.location).toBe('/login?next=%2Faccount')
  })

  it('ends this session and no other of the same person', async () => {
    const here = site.visitor()
    const there = site.visitor()
    const { username = '' } = await here.becomeMember()
    await there.signIn({ username })

    await here.fill('/logout', {})

    expect((await there.get('/account')).status).toBe(200)
  })
})
