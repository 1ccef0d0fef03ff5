// A front end on another port, in a real browser: listed it uses the site with cookies, unlisted it reads nothing.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAPTCHA } from '../helper.ts'
import type { Frame, Problem } from '../script.ts'
import { newPerson } from '../visitor.ts'
import { openBrowserSite, type BrowserSite } from './browser.ts'

type Answer = { status: number; body: Frame & Problem }

let listed: Server
let unlisted: Server
let browser: BrowserSite
beforeAll(async () => {
  listed = await openFrontEnd()
  unlisted = await openFrontEnd()
  browser = await openBrowserSite({ CORS_ORIGINS: originOf(listed) })
})
afterAll(async () => {
  await browser.close()
  for (const server of [listed, unlisted]) server.close()
})

describe('A page on a listed origin', () => {
  it('registers, signs in, reads the account and a refusal, and signs out', async () => {
    const page = await browser.visitor()
    await page.goto(originOf(listed))
    const person = { ...newPerson(), captcha: CAPTCHA }

    await call(page, '/captcha')
    const refused = await call(page, '/login', { ...person, captcha: 'wrong' })
    await call(page, '/captcha')
    const registered = await call(page, '/register', person)
    const signedIn = await call(page, '/login', person)
    const account = await call(page, '/account')
    const signedOut = await call(page, '/logout', {})

    expect([registered.status, refused.status, signedIn.status]).toEqual([201, 422, 200])
    expect(Object.keys(refused.body.errors ?? {})).toEqual(['captcha'])
    expect(account.body.user?.username).toBe(person.username)
    expect([signedOut.status, signedOut.body.user]).toEqual([200, null])
  })
})

describe('A page on any other origin', () => {
  it('reads nothing and changes nothing', async () => {
    const page = await browser.visitor()
    await page.goto(originOf(unlisted))

    await expect(call(page, '/home')).rejects.toThrow('Failed to fetch')
    await expect(call(page, '/login', {}, 'a token')).rejects.toThrow('Failed to fetch')
  })
})

/** Ask the site from within the page, with cookies and the token of the site, as a front end does. */
async function call(page: Page, path: string, fields?: object, known?: string): Promise<Answer> {
  return page.evaluate(
    async ({ site, path, fields, known }) => {
      const send = async (to: string, init: RequestInit, more: Record<string, string> = {}) => {
        const headers = { Accept: 'application/json', ...more }
        const answer = await fetch(site + to, { ...init, headers, credentials: 'include' })
        return { status: answer.status, body: (await answer.json()) as Frame & Problem }
      }
      if (fields) {
        const token = known ?? (await send('/home', {})).body.csrfToken
        const init = { method: 'POST', body: JSON.stringify(fields) }
        return send(path, init, { 'Content-Type': 'application/json', 'X-CSRF-Token': token })
      } else {
        return send(path, {})
      }
    },
    { site: browser.origin, path, fields, known },
  )
}

async function openFrontEnd(): Promise<Server> {
  const server = createServer((_req, res) => {
    res.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Front end</title>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
