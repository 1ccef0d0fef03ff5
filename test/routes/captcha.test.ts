// The picture: what it is, what it stores, and that nobody can read its text but by looking.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionOf, sessionsOf } from '../documents.ts'
import { openSite, validPassword, type Site } from '../helper.ts'
import { cookiesOf, newPerson } from '../visitor.ts'

const LOOK_ALIKES = /[0OoQ1IlL5S8B2Z]/
const TEN_MINUTES = 10 * 60 * 1000
const A_TICK = 60 * 1000 // of the clock by which sessions end

const PICTURES = 5 // thousands of texts are looked at in test/lib/captcha.test.ts

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'on' })
})
afterAll(() => site.close())

describe('GET /captcha', () => {
  it('is a picture that nobody keeps (ASVS 3.2.1)', async () => {
    const answer = await site.visitor().get('/captcha')

    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('image/png')
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect((answer.body as Buffer).toString('latin1')).toMatch(/^\x89PNG\r\n/)
  })

  it('is the same for a member and leaves the session alone', async () => {
    const open = await openSite()
    const member = open.visitor()
    await member.becomeMember()
    const sid = member.cookie('sid')

    const answer = await member.get('/captcha')

    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store'])
    expect(member.cookie('sid')).toBe(sid)
    expect((await member.get('/account')).status).toBe(200)
  })

  it('keeps its text on the server, without look-alikes, a new one each time', async () => {
    const visitor = site.visitor()
    const texts = new Set<string>()

    for (let turn = 0; turn < PICTURES; turn++) {
      await visitor.get('/captcha')
      texts.add((await sessionOf(site, visitor))?.session.captcha?.answers[0] ?? '')
    }

    expect(texts.size).toBe(PICTURES)
    for (const text of texts) {
      expect(text).toMatch(/^\w{4,8}$/)
      expect(text).not.toMatch(LOOK_ALIKES)
    }
  })

  it('sends its text nowhere but into the picture', async () => {
    const visitor = site.visitor()

    const answer = await visitor.get('/captcha')

    const text = (await sessionOf(site, visitor))?.session.captcha?.answers[0] ?? 'none'
    const sent = JSON.stringify(answer.headers) + (answer.body as Buffer).toString('latin1')
    expect(text).not.toBe('none')
    expect(sent).not.toContain(text)
    expect(site.log.join('\n')).not.toContain(text)
  })

  it('gives an anonymous visitor a session of ten minutes with nothing else in it', async () => {
    const visitor = site.visitor()
    const before = Date.now()

    const answer = await visitor.get('/captcha')

    const stored = await sessionOf(site, visitor)
    const { sid } = cookiesOf(answer)
    const ends = stored?.session.captcha?.expires.getTime() ?? 0
    expect(ends).toBeGreaterThanOrEqual(before + TEN_MINUTES - 1000)
    expect(ends).toBeLessThanOrEqual(Date.now() + TEN_MINUTES)
    expect(stored?.expires.getTime()).toBeLessThanOrEqual(Date.now() + TEN_MINUTES + A_TICK)
    expect(Object.keys(stored?.session ?? {}).sort()).toEqual(['captcha', 'cookie'])
    expect(sid?.flags).toEqual(expect.arrayContaining(['httponly', 'samesite=lax', 'path=/']))
  })

  it('stores one session for one visitor however often it is fetched', async () => {
    const visitor = site.visitor()
    await visitor.get('/captcha')
    const before = await sessionsOf(site).countDocuments()

    await visitor.get('/captcha')

    expect(await sessionsOf(site).countDocuments()).toBe(before)
  })
})

describe('POST /login', () => {
  it.each<[string, (text: string) => string]>([
    ['as shown', (text) => text],
    ['in small letters', (text) => text.toLowerCase()],
    ['with space around', (text) => `  ${text} `],
  ])('takes the text of the picture %s', async (_what, answerOf) => {
    const { username, email } = newPerson()
    const visitor = site.visitor()
    const answerPicture = async () => {
      await visitor.get('/captcha')
      return answerOf((await sessionOf(site, visitor))?.session.captcha?.answers[0] ?? '')
    }

    const registered = await visitor.send('/register', {
      username,
      email,
      password: validPassword,
      captcha: await answerPicture(),
    })
    const signedIn = await visitor.send('/login', {
      username,
      password: validPassword,
      captcha: await answerPicture(),
    })

    expect([registered.status, signedIn.status]).toEqual([303, 303])
  })
})
