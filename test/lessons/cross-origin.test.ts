// The lesson of the other origin, over HTTP: what a front end on another site finds, with and without cookies and CORS.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, page } from '../visitor.ts'
import { panesOf } from './panes.ts'

const PATH = '/lessons/cross-origin'
const t = translator('en')
const outcome = (key: string) =>
  t(`lessons.cross-origin.outcome.${key}`, { origin: '', allowed: '' })

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

describe(`POST ${PATH}/try/ask`, () => {
  it.each([
    ['closed', 'omit', 'unreadable', 'not-found', '–', '–'],
    ['closed', 'include', 'unreadable', 'found', '–', '–'],
    ['document', 'omit', 'readable', 'not-found', '*', 'true'],
    ['document', 'include', 'unreadable', 'found', '*', 'true'],
    ['none', 'omit', 'readable', 'not-found', 'http://localhost', 'true'],
    ['none', 'include', 'readable', 'found', 'http://localhost', 'true'],
    ['partitioned', 'include', 'readable', 'found', 'http://localhost', 'true'],
  ])(
    '%s, %s: it is %s, and the answer %s',
    async (how, credentials, reading, finding, origin, allowed) => {
      const visitor = site.visitor()

      await visitor.post(`${PATH}/try/ask/${how}/${credentials}`, {})

      const { outcomes, requests, marked } = await panesOf(visitor, PATH)
      expect(outcomes[0]).toContain(outcome(reading).split('.')[0])
      expect(outcomes[0]).toContain(`Origin: ${origin}`)
      expect(outcomes[0]).toContain(`Credentials: ${allowed}`)
      expect(outcomes.slice(1)).toEqual([outcome(finding), outcome('drawn')])
      expect(requests[1]).toContain(t('lessons.by.front-end'))
      expect(marked).toContain('otherOriginOf')
    },
  )
})

describe(`GET ${PATH}/try/<server>/code`, () => {
  it.each([
    ['none', ['samesite=none', 'secure']],
    ['partitioned', ['samesite=none', 'secure', 'partitioned']],
  ])(
    'returns the picture and never its text, with a cookie that may travel between sites: %s',
    async (how, wanted) => {
      const visitor = site.visitor()
      const headers = { Host: '127.0.0.1:4000', Origin: 'http://localhost:4000' }

      const answer = await visitor.get(`${PATH}/try/${how}/code`, headers)

      expect(answer.headers['access-control-allow-origin']).toBe('http://localhost:4000')
      expect(answer.headers.vary).toContain('Origin')
      expect(answer.body).toEqual({
        state: 1,
        result: { svg: expect.stringMatching(/^<svg/) as unknown },
      })
      const { flags } = cookiesOf(answer)[`cross-origin-${how}.sid`] ?? {}
      expect(flags).toEqual(expect.arrayContaining(wanted))
      const { status } = await visitor.get(`${PATH}/try/lax/check`)
      expect(status).toBe(200)
    },
  )

  it.each(['lax', 'none', 'partitioned'])('lets no other origin in: %s', async (how) => {
    const headers = { Host: '127.0.0.1:4000', Origin: 'http://attacker.example' }

    const answer = await site.visitor().get(`${PATH}/try/${how}/code`, headers)

    expect(answer.headers['access-control-allow-origin']).not.toBe(headers.Origin)
    expect(answer.headers['access-control-allow-origin']).not.toBe('*')
  })
})

describe(`GET ${PATH}`, () => {
  it('says which of two browsers keeps the cookie of each server', async () => {
    const shown = page(await site.visitor().get(PATH))

    const told = ['lax', 'none', 'partitioned'].map((how) =>
      shown.querySelectorAll(`#${how} .kept strong`).map(({ text }) => text),
    )

    const [keeps, drops] = ['keeps', 'drops'].map((key) => t(`lessons.cross-origin.${key}`))
    expect(told).toEqual([
      [drops, drops],
      [keeps, drops],
      [keeps, keeps],
    ])
  })

  it('may ask this server under its other loopback name, and no other page may', async () => {
    const policyOf = async (path: string, Host: string) =>
      (await site.visitor().get(path, { Host })).headers['content-security-policy']

    const allowed = "connect-src 'self' http://localhost:4000;"
    expect(await policyOf(PATH, '127.0.0.1:4000')).toContain(allowed)
    expect(await policyOf(PATH, 'attacker.example')).toContain("connect-src 'self';")
    expect(await policyOf('/lessons/visits', '127.0.0.1:4000')).toContain("connect-src 'self';")
  })
})
