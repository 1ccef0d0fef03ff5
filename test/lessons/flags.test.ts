// The lesson of the flags, over HTTP: what each of them sets, what is stored without a cookie, and whom a proxy's header convinces.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf } from '../visitor.ts'
import { panesOf } from './panes.ts'

const PATH = '/lessons/flags'
const t = translator('en')
const outcome = (key: string, values = {}) => t(`lessons.flags.outcome.${key}`, values)

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

function someone() {
  const visitor = site.visitor()
  const press = (button: string) => visitor.post(`${PATH}/try/${button}`, {})
  const see = () => panesOf(visitor, PATH)
  const rowsOf = async (kind: string) => {
    const [, count] = /(\d+) sessions? stored/.exec(await sideOf(kind)) ?? []
    return Number(count)
  }
  const sideOf = async (kind: string) => (await see()).shown.querySelector(`#${kind}`)?.text ?? ''
  return { visitor, press, see, sideOf, rowsOf }
}

describe(`POST ${PATH}/try/<flag>/visit`, () => {
  it.each([
    ['closed', 'httponly', true],
    ['open', 'httponly', false],
    ['strict', 'samesite=strict', true],
    ['lax', 'samesite=lax', true],
    ['none', 'samesite=none', true],
  ])('sets the cookie of %s: %s is %s', async (kind, flag, isThere) => {
    const { press, see, sideOf } = someone()
    expect(await sideOf(kind)).toContain(t('lessons.flags.not-sent'))

    const answer = await press(`${kind}/visit`)

    expect(cookiesOf(answer)[`flags-${kind}.sid`]?.flags.includes(flag)).toBe(isThere)
    expect((await see()).outcomes[0]).toBe(outcome(kind))
    expect(await sideOf(kind)).toContain(t('lessons.flags.sent'))
  })

  it('sets no Secure cookie over HTTP, but leaves a session behind each time', async () => {
    const { press, see, sideOf, rowsOf } = someone()
    const before = await rowsOf('secure')

    const answer = await press('secure/visit')
    await press('secure/visit')

    expect(answer.get('Set-Cookie')).toBeUndefined()
    expect(await rowsOf('secure')).toBe(before + 2)
    expect(await sideOf('secure')).toContain(t('lessons.flags.not-sent'))
    const { operations, marked } = await see()
    expect(operations[0]).toContain('set')
    expect(marked).toContain("sameSite: 'lax'")
  })
})

describe(`GET ${PATH}/try/arrive`, () => {
  it('tells with which cookies somebody arrived', async () => {
    const { visitor, press, see } = someone()
    await visitor.get(`${PATH}/try/arrive`)
    const without = (await see()).outcomes[0]

    await press('lax/visit')
    await visitor.get(`${PATH}/try/arrive`)

    expect(without).toMatch(/without any of these cookies/)
    expect((await see()).outcomes[0]).toMatch(
      /^Arrived at 127\.0\.0\.1:\d+ with: flags-lax\.sid\.$/,
    )
  })

  it('is linked under the other loopback name, which is another site, and only there', async () => {
    const linksAt = async (Host: string) => {
      const { text } = await site.visitor().get(PATH, { Host })
      return [...text.matchAll(/href="([^"]*\/try\/arrive)"/g)].map(([, link]) => link)
    }

    expect(await linksAt('127.0.0.1:4000')).toEqual([
      `${PATH}/try/arrive`,
      `http://localhost:4000${PATH}/try/arrive`,
    ])
    expect(await linksAt('localhost:4000')).toContain(`http://127.0.0.1:4000${PATH}/try/arrive`)
    expect(await linksAt('attacker.example')).toEqual([])
    expect(await linksAt('a b:c')).toEqual([])
  })
})

describe(`POST ${PATH}/try/proxy`, () => {
  it.each(['', 'made up', 'a secret for tests alone and long enough'])(
    'takes nobody for its lesson client who comes with the key “%s”',
    async (key) => {
      const { visitor, see } = someone()

      const claim = { 'X-Lesson-Client': key, 'X-Lesson-By': 'proxy' }
      await visitor.post(`${PATH}/try/behind/visit`, {}, claim)

      expect((await see()).requests.join()).not.toContain(t('lessons.by.proxy'))
    },
  )

  it('convinces a server that trusts one proxy, which then sets its Secure cookie', async () => {
    const { press, see } = someone()

    await press('proxy/behind')

    const { outcomes, requests, shown } = await see()
    expect(outcomes).toEqual([outcome('proxied'), outcome('taken-for-https')])
    expect(requests[1]).toContain(t('lessons.by.proxy'))
    expect(shown.querySelector('.exchanges')?.text).toContain('Secure')
  })

  it('does not convince one that trusts nobody', async () => {
    const { press, see } = someone()

    await press('proxy/direct')

    const { outcomes, shown } = await see()
    expect(outcomes).toEqual([outcome('proxied'), outcome('taken-for-http')])
    expect(shown.querySelectorAll('.exchanges .cookie')).toHaveLength(0)
  })
})
