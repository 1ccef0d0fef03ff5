// The lesson of the secret, over HTTP: what a changed cookie comes to, and a secret that is replaced.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf } from '../visitor.ts'
import { panesOf } from './panes.ts'

const PATH = '/lessons/secret'
const t = translator('en')
const outcome = (key: string) => t(`lessons.secret.outcome.${key}`, { username: 'zhangsan' })

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

async function signedIn() {
  const visitor = site.visitor()
  const press = (button: string) => visitor.post(`${PATH}/try/${button}`, {})
  const see = () => panesOf(visitor, PATH)
  const cookie = cookiesOf(await press('before/sign-in'))['secret.sid']?.value ?? ''
  return { press, see, cookie }
}

describe(`POST ${PATH}/try/tamper`, () => {
  it('shows a lesson client’s changed cookie refused without a look into the store, and the browser’s own still good', async () => {
    const { press, see } = await signedIn()

    await press('tamper/client')
    const { outcomes, requests } = await see()
    await press('before/visit')

    expect(outcomes.slice(0, 2)).toEqual([outcome('sent'), outcome('refused')])
    expect(requests[1]).toContain(t('lessons.by.forger'))
    expect((await see()).outcomes[0]).toBe(outcome('known'))
  })

  it('puts a changed cookie into the browser, which is then refused though the session is stored', async () => {
    const { press, see, cookie } = await signedIn()

    const planted = cookiesOf(await press('tamper/browser'))['secret.sid']
    const answer = await press('before/visit')

    expect(planted?.value).toHaveLength(cookie.length)
    expect(planted?.value.slice(5)).toBe(cookie.slice(5))
    expect(planted?.value).not.toBe(cookie)
    expect(answer.get('Set-Cookie')).toBeUndefined()
    const panes = await see()
    expect(panes.outcomes[0]).toBe(outcome('refused'))
    expect(panes.operations[0]).toContain(t('lessons.stored.none'))
    expect(panes.marked).toContain('[fresh, old]')
  })
})

describe(`POST ${PATH}/try/<server>/visit`, () => {
  it('refuses an old cookie where only the new secret is known', async () => {
    const { press, see } = await signedIn()

    await press('after/visit')

    expect((await see()).outcomes[0]).toBe(outcome('refused'))
  })

  it('knows an old cookie where both are, and signs it with the first from then on', async () => {
    const { press, see } = await signedIn()

    const signed = cookiesOf(await press('during/visit'))['secret.sid']?.value ?? ''
    await press('after/visit')
    const afterwards = (await see()).outcomes[0]
    await press('before/visit')

    expect(signed).toMatch(/^s%3A/)
    expect(afterwards).toBe(outcome('known'))
    expect((await see()).outcomes[0]).toBe(outcome('refused'))
  })
})
