// The lesson of the session inside the cookie, over HTTP: who can read it, how large it may be, and that nobody can end it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf } from '../visitor.ts'
import { panesOf } from './panes.ts'

const PATH = '/lessons/cookie-session'
const t = translator('en')
const outcome = (key: string, values = {}) => t(`lessons.cookie-session.outcome.${key}`, values)
const known = (visits: number) => outcome('known', { username: 'zhangsan', visits, letters: 0 })

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

async function signedIn(kind: string) {
  const visitor = site.visitor()
  const press = (button: string) => visitor.post(`${PATH}/try/${button}`, {})
  const see = () => panesOf(visitor, PATH)
  const answer = await press(`${kind}/before/sign-in`)
  return { press, see, answer }
}

describe.each(['signed', 'encrypted'])(`POST ${PATH}/try/%s`, (kind) => {
  it('keeps the session in the cookie and nothing on the server', async () => {
    const { press, see, answer } = await signedIn(kind)

    await press(`${kind}/before/visit`)
    await press(`${kind}/before/visit`)

    const { outcomes, stored, operations, shown } = await see()
    expect(outcomes).toEqual([known(2), known(1), outcome('signed-in')])
    expect(stored).toEqual([])
    expect(operations[0]).toContain(t('lessons.stored.none'))
    expect(shown.querySelector(`#${kind} pre`)?.text.includes('zhangsan')).toBe(kind === 'signed')
    const cookie = cookiesOf(answer)[`cookie-session.${kind}`]
    expect(cookie?.flags).toEqual(expect.arrayContaining(['httponly', 'samesite=lax']))
    expect(cookie?.flags.some((flag) => flag === `path=${PATH}`)).toBe(true)
  })

  it('refuses an old cookie where only the new key is known, and renews it where both are', async () => {
    const { press, see } = await signedIn(kind)

    await press(`${kind}/after/visit`)
    await press(`${kind}/during/visit`)
    await press(`${kind}/after/visit`)
    await press(`${kind}/before/visit`)

    const outcomes = (await see()).outcomes.slice(0, 4)
    expect(outcomes).toEqual([outcome('unknown'), known(2), known(1), outcome('unknown')])
  })

  it('lets a copy in after the sign-out', async () => {
    const { press, see } = await signedIn(kind)

    await press(`copy/${kind}`)
    const { outcomes, requests } = await see()
    await press(`${kind}/before/visit`)

    expect(outcomes.slice(0, 3)).toEqual([outcome('copied'), known(1), outcome('signed-out')])
    expect(requests[1]).toContain(t('lessons.by.thief'))
    expect((await see()).outcomes[0]).toBe(outcome('unknown'))
  })

  it('takes a cookie that somebody made up for none', async () => {
    const visitor = site.visitor()
    const Cookie = `cookie-session.${kind}=made-up; cookie-session.${kind}.sig=made-up`

    const answer = await visitor.post(`${PATH}/try/${kind}/during/visit`, {}, { Cookie })

    expect(answer.status).toBe(303)
    expect((await visitor.get(PATH, { Cookie })).status).toBe(200)
  })
})

describe(`POST ${PATH}/try/<kind>/during/more`, () => {
  it('sends a signed cookie of more than 4 KB, which a browser drops', async () => {
    const { press, see } = await signedIn('signed')
    const sizeAfter = async () => {
      const [line = ''] = (await press('signed/during/more')).get('Set-Cookie') ?? []
      return (line.split(';')[0] ?? '').length - '='.length
    }

    const sizes = [await sizeAfter(), await sizeAfter(), await sizeAfter(), await sizeAfter()]

    expect(sizes[2]).toBeLessThanOrEqual(4096)
    expect(sizes[3]).toBeGreaterThan(4096)
    const { outcomes, shown } = await see()
    expect(outcomes[0]).toBe(outcome('dropped-by-browser', { bytes: sizes[3] }))
    expect(outcomes[1]).toBe(outcome('more', { bytes: sizes[2] }))
    expect(shown.querySelector('#travelled')?.text.length).toBeLessThan(10_000) // what is kept of it is cut
  })

  it('sends no encrypted one of that size, but says why', async () => {
    const { press, see } = await signedIn('encrypted')

    const first = await press('encrypted/during/more')
    const { outcomes } = await see()
    const second = await press('encrypted/during/more')
    const third = await press('encrypted/during/more')

    const [pair = ''] = (first.get('Set-Cookie')?.[0] ?? '').split(';')
    expect(outcomes[0]).toBe(outcome('more', { bytes: pair.length - '='.length }))
    expect([second, third].map((one) => one.get('Set-Cookie') === undefined)).toContain(true)
    expect((await see()).outcomes[0]).toMatch(/^The server did not send it: .* [456]\d{3} bytes/)
  })
})
