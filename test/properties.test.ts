// Whatever is sent: no accident, no markup out of a field, no way off the site.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { destination, form, headerText, json, markup, nasty, paths } from './arbitraries.ts'
import { openSite, validPassword, type Site } from './helper.ts'
import { Script } from './script.ts'
import { page } from './visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off' })
})
afterAll(() => site.close())

describe('no input gives a 5xx', () => {
  it('as a form, with a valid token or without', async () => {
    const visitor = site.visitor()
    const token = await visitor.token()

    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), form, fc.boolean(), async (path, body, valid) => {
        const answer = await visitor.post(path, valid ? `_csrf=${token}&${body}` : body)

        expect(answer.status).toBeLessThan(500)
      }),
      { numRuns: 120 },
    )
  })

  it('as JSON, with a valid token or without, answered as a page or as JSON', async () => {
    const visitor = new Script(site.app)
    await visitor.read('/home')
    const token = visitor.csrfToken
    const accept = fc.constantFrom('application/json', 'text/html')

    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        json,
        accept,
        fc.boolean(),
        async (path, body, Accept, valid) => {
          const headers = { Accept, 'X-CSRF-Token': valid ? token : '' }
          const answer = await visitor.write(path, body.toWellFormed(), headers)

          expect(answer.status).toBeLessThan(500)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('as bytes of any content type', async () => {
    const types = fc.constantFrom(
      'application/x-www-form-urlencoded',
      'application/json',
      'text/plain',
    )

    await fc.assert(
      fc.asyncProperty(types, fc.uint8Array({ maxLength: 200 }), async (type, bytes) => {
        const request = site.visitor().agent.post('/login').set('Content-Type', type)
        const answer = await request
          .serialize((body: unknown) => body as string)
          .send(Buffer.from(bytes) as never)

        expect(answer.status).toBeLessThan(500)
      }),
      { numRuns: 100 },
    )
  })

  it('as an address', async () => {
    const path = fc.oneof(
      fc.webPath(),
      fc.stringMatching(/^[\x21-\x22\x24-\x7e]{0,40}$/),
      fc
        .tuple(fc.constantFrom(...paths), nasty)
        .map(([page, text]) => `${page}?next=${encodeURIComponent(text.toWellFormed())}`),
    )

    await fc.assert(
      fc.asyncProperty(path, async (address) => {
        const answer = await site.visitor().get(`/${address.replace(/^\//, '')}`)

        expect(answer.status).toBeLessThan(500)
      }),
      { numRuns: 120 },
    )
  })

  it('as headers and cookies', async () => {
    const names = ['sid', 'csrf', 'notice', 'locale', '__Host-sid', '__proto__']
    const cookie = fc
      .array(fc.tuple(fc.constantFrom(...names), headerText), { maxLength: 4 })
      .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('; '))

    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        cookie,
        fc.constantFrom(
          'Accept-Language',
          'Accept',
          'Origin',
          'Range',
          'If-None-Match',
          'Accept-Encoding',
        ),
        headerText,
        async (path, Cookie, header, value) => {
          const answer = await site.visitor().get(path, { Cookie, [header]: value })

          expect(answer.status).toBeLessThan(500)
        },
      ),
      { numRuns: 120 },
    )
  })
})

describe('no field is reflected unescaped', () => {
  it.each([
    ['/register', 'username'],
    ['/register', 'email'],
    ['/login', 'username'],
    ['/login', 'next'],
  ])('POST %s shows %s again as it was typed, and as text', async (path, field) => {
    const visitor = site.visitor()
    const harmless = field === 'next' ? '/x' : '<'
    const plain = await visitor.send(path, { [field]: harmless })

    await fc.assert(
      fc.asyncProperty(markup, async (text) => {
        const value = field === 'next' ? `/x?${text}` : text
        const answer = await visitor.send(path, { [field]: value })

        const shown = page(answer)
          .querySelector('main form')
          ?.querySelector(`[name=${field}]`)
          ?.getAttribute('value')
        expect(answer.status).toBe(422)
        if (shown !== undefined) expect(shown).toBe(value)
        if (shown !== undefined || field !== 'next')
          expect(skeleton(answer.text)).toEqual(skeleton(plain.text))
      }),
      { numRuns: 40 },
    )
  })

  it('GET shows its own address again as text', async () => {
    const visitor = site.visitor()
    const plain = await visitor.get('/no-such-page?x')

    await fc.assert(
      fc.asyncProperty(markup, async (text) => {
        const answer = await visitor.get(`/no-such-page?${text}`)

        expect(answer.status).toBe(404)
        expect(skeleton(answer.text)).toEqual(skeleton(plain.text))
      }),
      { numRuns: 40 },
    )
  })
})

describe('no redirect leaves the site', () => {
  it('after choosing a language', async () => {
    const visitor = site.visitor()
    const _csrf = await visitor.token()

    await fc.assert(
      fc.asyncProperty(destination, async (next) => {
        const answer = await visitor.post('/locale', { _csrf, locale: 'en', next })

        expect(answer.status).toBe(303)
        expect(hostOf(answer.headers.location)).toBe('here.example')
      }),
      { numRuns: 200 },
    )
  })

  it('after signing in', async () => {
    const { username = '' } = await site.visitor().becomeMember()

    await fc.assert(
      fc.asyncProperty(destination, async (next) => {
        const form = { username, password: validPassword, next }
        const answer = await site.visitor().send('/login', form)

        expect(answer.status).toBe(303)
        expect(hostOf(answer.headers.location)).toBe('here.example')
      }),
      { numRuns: 40 },
    )
  })
})

/** Where a browser goes from a page of this site; browsers drop tabs and line breaks first, as URL does. */
function hostOf(location: string | undefined): string {
  const url = new URL(location ?? 'missing:', 'https://here.example/login')
  return url.protocol === 'https:' ? url.host : url.protocol
}

/** The elements of a page with the names of their attributes: what no text may change. */
function skeleton(text: string): string[] {
  return page({ text } as never)
    .querySelectorAll('*')
    .map(({ tagName, attributes }) => [tagName, ...Object.keys(attributes)].join(' '))
}
