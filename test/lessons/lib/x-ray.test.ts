// The x-ray at the foot of each page: this visitor's own session, without a secret; and no byte of it where lessons are off.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionKey } from '../../documents.ts'
import { CAPTCHA, openSite, type Site } from '../../helper.ts'
import { page, type Visitor } from '../../visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

const xRayOf = async (visitor: Visitor, path: string) =>
  page(await visitor.get(path)).querySelector('.x-ray')

describe('The x-ray', () => {
  it('is closed by default, on pages for everybody and for members', async () => {
    const visitor = site.visitor()
    for (const path of ['/home', '/login', '/no/such/page']) {
      const bar = (await xRayOf(visitor, path))?.querySelector('details')
      expect(bar?.hasAttribute('open')).toBe(false)
    }
    await visitor.becomeMember()
    expect(await xRayOf(visitor, '/account')).not.toBeNull()
  })

  it('shows what this request did: read at one page, read and written at another', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.registerAndSignIn()
    await visitor.get('/account')

    const quiet = (await xRayOf(visitor, '/home'))?.querySelector('#x-ray-stored')
    const writing = (await xRayOf(visitor, '/login?captcha=words'))?.text

    expect(quiet?.querySelector('pre')?.text).toContain(username)
    expect(quiet?.text).toContain('get')
    expect(quiet?.querySelector('.change')).toBeNull()
    expect(writing).toBeUndefined() // who is signed in is sent on
    const anonymous = site.visitor()
    const change = (await xRayOf(anonymous, '/login?captcha=words'))?.querySelector('.change')
    expect(change?.querySelectorAll('.added').length).toBeGreaterThan(3)
  })

  it('shows the sign-in that led here: its cookie received, its session new', async () => {
    const visitor = site.visitor()
    await visitor.registerAndSignIn()

    const exchanges = (await xRayOf(visitor, '/account'))?.querySelectorAll('.exchanges > li')

    expect(exchanges?.[1]?.text).toContain('POST /login')
    expect(exchanges?.[1]?.text).toContain('303')
  })

  it('masks what would let somebody act in the visitor’s place', async () => {
    const visitor = site.visitor()
    await visitor.registerAndSignIn()
    await visitor.get('/captcha')
    const [, id = '', signature = ''] =
      /^s:([^.]+)\.(.+)$/.exec(decodeURIComponent(visitor.cookie('sid') ?? '')) ?? []

    const { text } = await visitor.get('/account')

    const [, bar = ''] = /class="x-ray([^]*?)<footer/.exec(text) ?? []
    expect(bar).toContain('answers')
    const csrf = decodeURIComponent(visitor.cookie('csrf') ?? '')
    for (const secret of [id, signature, csrf, CAPTCHA, sessionKey(visitor)]) {
      expect(bar).not.toContain(secret)
    }
  })

  it('shows nobody else’s session, whatever cookie is sent', async () => {
    const victim = site.visitor()
    const { username = '' } = await victim.becomeMember()
    const sid = decodeURIComponent(victim.cookie('sid') ?? '').slice(2)
    const [id = ''] = sid.split('.')

    const forged = `sid=${encodeURIComponent(`s:${id}.forged`)}`
    const { text } = await site.visitor().get('/home', { Cookie: forged })

    expect(text).not.toContain(username)
  })

  it('is of this very request, also where the browser has the page already', async () => {
    const visitor = site.visitor()
    const { headers } = await visitor.get('/home')
    const known = headers.etag ?? '"none"'

    const again = await visitor.get('/home', { 'If-None-Match': known })

    expect(again.status).toBe(200)
    expect(page(again).querySelectorAll('.x-ray .exchanges > li')).toHaveLength(2)
  })

  it('leaves JSON, redirects and pictures as they are', async () => {
    const visitor = site.visitor()

    const json = await visitor.get('/home', { Accept: 'application/json' })
    const picture = await visitor.get('/captcha')
    const redirect = await visitor.get('/account')

    expect(json.text).not.toContain('x-ray')
    expect(picture.headers['content-type']).toBe('image/png')
    expect([redirect.status, redirect.headers.location]).toEqual([303, '/login?next=%2Faccount'])
  })

  it('leaves no byte where lessons are off', async () => {
    const without = await openSite({ LESSONS: 'off' })

    const { text, headers } = await without.visitor().get('/home')

    expect(text).not.toMatch(/x-ray|lesson/i)
    expect(JSON.stringify(headers)).not.toMatch(/lesson/i)
  })
})
