// The question in words: the other way for who can't see the picture, under the same rules.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { captchasOf, changeSession, sessionOf, sessionsOf } from '../documents.ts'
import { openSite, validPassword, type Site } from '../helper.ts'
import { cookiesOf, errorsOf, newPerson, page, valueOf, type Visitor } from '../visitor.ts'

const t = translator('en')
const wrong = { captcha: t('errors.question.wrong') }
const TEN_MINUTES = 10 * 60 * 1000
const A_TICK = 60 * 1000 // of the clock by which sessions end

let site: Site
let username: string
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'on' })
  const person = newPerson()
  username = person.username
  await registerInWords(site.visitor(), person)
})
afterAll(() => site.close())

describe.each(['/login', '/register'])('GET %s?captcha=words', (path) => {
  it('asks a question instead of showing a picture, with a way back', async () => {
    const form = page(await site.visitor().get(`${path}?captcha=words`)).querySelector('main form')

    const field = form?.querySelector('[name=captcha]')
    const described = field?.getAttribute('aria-describedby') ?? ''
    expect(form?.querySelector('img')).toBeNull()
    expect(form?.querySelector('label[for=captcha]')?.text.length).toBeGreaterThan(10)
    expect(form?.querySelector(`#${described}`)?.text).toBe(t('question.hint'))
    expect(form?.querySelector('a')?.getAttribute('href')).toBe(path)
    expect(form?.getAttribute('action')).toBe(`${path}?captcha=words`)
  })

  // The two that the site comes with: a language more may have no words for it yet.
  it.each([
    ['en', false],
    ['zh-CN', true],
  ] as const)('asks in the language of the page, %s', async (locale, isInHan) => {
    const questions: string[] = []
    for (let turn = 0; turn < 8; turn++) {
      const answer = await site
        .visitor()
        .get(`${path}?captcha=words`, { 'Accept-Language': locale })
      questions.push(promptOf(answer.text))
    }

    expect(new Set(questions).size).toBeGreaterThan(4)
    for (const question of questions) expect(/\p{Script=Han}/u.test(question)).toBe(isInHan)
  })

  it('gives an anonymous visitor a session of ten minutes with nothing else in it', async () => {
    const visitor = site.visitor()
    const before = Date.now()

    const { sid } = cookiesOf(await visitor.get(`${path}?captcha=words`))

    const stored = await sessionOf(site, visitor)
    const ends = captchasOf(stored)[0]?.expires.getTime() ?? 0
    expect(ends).toBeGreaterThanOrEqual(before + TEN_MINUTES - 1000)
    expect(ends).toBeLessThanOrEqual(Date.now() + TEN_MINUTES)
    expect(stored?.expires.getTime()).toBeLessThanOrEqual(Date.now() + TEN_MINUTES + A_TICK)
    expect(Object.keys(stored?.session ?? {})).toHaveLength(2) // and the cookie
    expect(sid?.flags).toEqual(expect.arrayContaining(['httponly', 'samesite=lax', 'path=/']))
  })

  it('sends nothing of the answer: two pages differ in their question and token alone', async () => {
    const visitors = [site.visitor(), site.visitor()]

    const answers = await Promise.all(visitors.map((one) => one.get(`${path}?captcha=words`)))

    const [first, second] = answers.map(({ text }) =>
      text
        .replace(promptOf(text), '')
        .replace(/name="(_csrf|captchaId|formId)" value="[^"]*"/g, ''),
    )
    expect(first).toBe(second)
    for (const [index, visitor] of visitors.entries()) {
      const expected = await answersOf(visitor)
      const names = expected.filter((one) => one.length > 3)
      const sent = JSON.stringify(answers[index]?.headers) + site.log.join('\n')
      expect(expected).not.toEqual([])
      expect(names.filter((one) => sent.includes(one))).toEqual([])
    }
  })

  it.each(['Words', 'words ', 'picture', '', 'words&captcha=words'])(
    'shows the picture for %j and stores nothing',
    async (captcha) => {
      const before = await sessionsOf(site).countDocuments()

      const answer = await site.visitor().get(`${path}?captcha=${captcha.replace(' ', '%20')}`)

      expect(page(answer).querySelector('main img')?.getAttribute('src')).toMatch(/^\/captcha\?id=/)
      expect(await sessionsOf(site).countDocuments()).toBe(before)
    },
  )
})

describe('GET /login?captcha=words', () => {
  it('keeps the way on, there and back again', async () => {
    const visitor = site.visitor()
    const words = linkOf(await visitor.get('/login?next=%2Fhome%3Fa%3D1'), 'captcha.words')

    const answer = await visitor.get(words)

    expect(valueOf(answer, 'next')).toBe('/home?a=1')
    expect(linkOf(answer, 'captcha.picture')).toBe('/login?next=%2Fhome%3Fa%3D1')
    expect(page(answer).querySelector('main form')?.getAttribute('action')).toBe(words)
  })
})

describe('POST /login?captcha=words', () => {
  it.each<[string, (text: string) => string]>([
    ['as it is', (text) => text],
    ['in capitals', (text) => text.toUpperCase()],
    ['with space around', (text) => `\u3000${text}  `],
  ])('takes a right answer %s', async (_what, write) => {
    const visitor = site.visitor()
    await visitor.get('/login?captcha=words')
    const [answer = ''] = (await answersOf(visitor)).slice(-1)

    const signedIn = await signInWords(visitor, write(answer))

    expect([signedIn.status, signedIn.headers.location]).toEqual([303, '/account'])
  })

  it('refuses a wrong answer with a new question, and keeps what was typed', async () => {
    const visitor = site.visitor()
    await visitor.get('/login?captcha=words')

    const refused = await signInWords(visitor, 'no idea')

    expect(refused.status).toBe(422)
    expect(errorsOf(refused)).toEqual(wrong)
    expect(valueOf(refused, 'username')).toBe(username)
    expect(valueOf(refused, 'captcha')).toBe('')
    expect(promptOf(refused.text).length).toBeGreaterThan(10)
    expect(page(refused).querySelector('main img')).toBeNull()
    expect(page(refused).querySelector('[autofocus]')?.id).toBe('password')
    expect(await answersOf(visitor)).not.toEqual([])
  })

  it('takes the answer to the new question', async () => {
    const visitor = site.visitor()
    await visitor.get('/login?captcha=words')
    await signInWords(visitor, 'no idea')

    const [answer = ''] = await answersOf(visitor)

    expect((await signInWords(visitor, answer)).status).toBe(303)
  })

  it('asks for an answer where there is none', async () => {
    const visitor = site.visitor()
    await visitor.get('/login?captcha=words')

    const refused = await signInWords(visitor, ' ')

    expect(errorsOf(refused)).toEqual({ captcha: t('errors.question.missing') })
  })

  it('takes one of many parallel answers to one question', async () => {
    const visitor = site.visitor()
    const _csrf = await visitor.token('/login?captcha=words')
    const [captcha = ''] = await answersOf(visitor)
    const captchaId = idOf(await keyOf(visitor))
    const form = { username, password: validPassword, captcha, captchaId, _csrf }

    const answers = await Promise.all(
      Array.from({ length: 6 }, () => visitor.post('/login?captcha=words', form)),
    )

    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
  })

  it('refuses the right answer after ten minutes, and without a question', async () => {
    const visitor = site.visitor()
    await visitor.get('/login?captcha=words')
    const [answer = ''] = await answersOf(visitor)
    const key = await keyOf(visitor)
    const isOver = new Date(Date.now() - 1)
    await changeSession(site, visitor, { [`session.${key}.expires`]: isOver })

    expect(errorsOf(await signInWords(visitor, answer))).toEqual(wrong)
    expect(errorsOf(await signInWords(site.visitor(), answer))).toEqual(wrong)
  })
})

describe('with CAPTCHA=fixed:TEXT, POST /register?captcha=words', () => {
  it('takes the text too', async () => {
    const open = await openSite()

    const answer = await open.visitor().fill('/register?captcha=words', newPerson())

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
  })
})

describe('with CAPTCHA=off, GET /login?captcha=words', () => {
  it('shows neither a question nor a way to one, and stores nothing', async () => {
    const open = await openSite({ CAPTCHA: 'off' })

    const answer = await open.visitor().get('/login?captcha=words')

    expect(page(answer).querySelector('[name=captcha], main a[href*=captcha]')).toBeNull()
    expect(cookiesOf(answer)).not.toHaveProperty('sid')
  })
})

async function registerInWords(visitor: Visitor, person: ReturnType<typeof newPerson>) {
  await visitor.get('/register?captcha=words')
  const [captcha = ''] = await answersOf(visitor)
  const captchaId = idOf(await keyOf(visitor))
  return visitor.send('/register?captcha=words', { ...person, captcha, captchaId })
}

async function signInWords(visitor: Visitor, captcha: string) {
  const captchaId = idOf(await keyOf(visitor))
  const fields = { username, password: validPassword, captcha, captchaId }
  return visitor.send('/login?captcha=words', fields)
}

/** The key of the last question in a visitor's session. */
async function keyOf(visitor: Visitor): Promise<string> {
  const { session = {} } = (await sessionOf(site, visitor)) ?? {}
  return Object.keys(session).findLast((key) => key.startsWith('captcha')) ?? ''
}

function idOf(key: string): string {
  return key.replace('captcha-', '')
}

async function answersOf(visitor: Visitor): Promise<string[]> {
  return captchasOf(await sessionOf(site, visitor)).at(-1)?.answers ?? []
}

function promptOf(html: string): string {
  return /<label for="captcha">([^<]*)</.exec(html)?.[1] ?? ''
}

/** Where the link with this sentence leads. */
function linkOf(answer: Parameters<typeof page>[0], key: string): string {
  const links = page(answer).querySelectorAll('main a')
  return links.find(({ text }) => text === t(key))?.getAttribute('href') ?? ''
}
