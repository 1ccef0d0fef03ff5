// The site as a process: it opens, keeps accounts and sessions over restarts, and ends in order.
import { once } from 'node:events'
import { request } from 'node:http'
import { describe, expect, inject, it, vi } from 'vitest'
import { isAlive } from '../is-alive.ts'
import { runFolders } from '../lib/embedded-mongodb/engine.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { CAPTCHA } from '../helper.ts'
import { newPerson, Visitor } from '../visitor.ts'
import { openSite, TIMEOUT } from './process.ts'

describe('npm start', () => {
  it('prints one address, and the site answers there', async () => {
    const site = await openSite({ DATA_DIR: await temporaryFolder() })

    const answer = await new Visitor(site.address).get('/login')

    expect(answer.status).toBe(200)
    expect(site.said().match(/http:\S+/g)).toEqual([site.address])
    expect(site.said()).not.toContain('TRUST_PROXY')
  })

  it('brings back the accounts and the sessions of its last run', async () => {
    const DATA_DIR = await temporaryFolder()
    const first = await openSite({ DATA_DIR })
    const visitor = new Visitor(first.address)
    const { username = '' } = await visitor.becomeMember()
    await first.kill('SIGTERM')

    const { address } = await openSite({ DATA_DIR })

    const Cookie = `sid=${visitor.cookie('sid') ?? ''}`
    const account = await new Visitor(address).get('/account', { Cookie })
    expect(account.status).toBe(200)
    expect(account.text).toContain(username)
    expect((await new Visitor(address).signIn({ username })).status).toBe(303)
  })

  it('says what is missing if its address is https and no proxy is trusted', async () => {
    const site = await openSite({
      DATA_DIR: await temporaryFolder(),
      MONGO_URL: sharedDatabase(),
      BASE_URL: 'https://sign-in.example',
    })

    expect(site.address).toBe('https://sign-in.example')
    await vi.waitUntil(() => site.said().includes('Set TRUST_PROXY=1'), TIMEOUT)
  })
})

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('lets what is being answered finish, ends with 0 and leaves no process and no socket', async () => {
    const DATA_DIR = await temporaryFolder()
    const site = await openSite({ DATA_DIR })
    const database = await site.databasePid()
    const registration = await beginRegistration(site.address)

    const ended = site.kill(signal)
    await vi.waitFor(() => expect(fetch(site.address)).rejects.toThrow(), TIMEOUT)
    const status = await registration.finish()

    expect(status).toBe(303)
    expect(await ended).toBe(0)
    expect(database).toBeGreaterThan(0)
    expect(isAlive(database)).toBe(false)
    expect(await runFolders(DATA_DIR)).toEqual([])
  })
})

describe('SIGKILL', () => {
  it('takes the database along, and the next start finds the accounts and tidies up', async () => {
    const DATA_DIR = await temporaryFolder()
    const site = await openSite({ DATA_DIR })
    const database = await site.databasePid()
    const person = newPerson()
    await new Visitor(site.address).register(person)

    await site.kill('SIGKILL')
    await vi.waitUntil(() => !isAlive(database), TIMEOUT)

    const { address } = await openSite({ DATA_DIR })
    expect((await new Visitor(address).signIn({ username: person.username })).status).toBe(303)
    expect(await runFolders(DATA_DIR)).toHaveLength(1)
  })
})

describe('MONGO_URL', () => {
  it('makes the site use that server and start none of its own', async () => {
    const DATA_DIR = await temporaryFolder()
    const site = await openSite({ DATA_DIR, MONGO_URL: sharedDatabase() })
    const visitor = new Visitor(site.address)

    await visitor.becomeMember()

    expect((await visitor.get('/account')).status).toBe(200)
    expect(await site.databasePid()).toBe(0)
  })
})

// A database of this file's own on the engine that the whole run shares.
function sharedDatabase(): string {
  return inject('mongoUrl').replace('/?', `/test-www-${process.pid}?`)
}

// A registration that the site is in the middle of: it has read the head of the request and waits for the form.
async function beginRegistration(address: string) {
  const visitor = new Visitor(address)
  const _csrf = await visitor.token('/register')
  await visitor.get('/captcha')
  const form = new URLSearchParams({ ...newPerson(), _csrf, captcha: CAPTCHA }).toString()
  const sent = request(`${address}/register`, {
    method: 'POST',
    headers: {
      Cookie: ['sid', 'csrf'].map((name) => `${name}=${visitor.cookie(name) ?? ''}`).join('; '),
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': form.length,
      Expect: '100-continue',
    },
  })
  sent.flushHeaders()
  await once(sent, 'continue')
  return {
    finish: async () => {
      const answered = once(sent, 'response') as Promise<[{ statusCode: number }]>
      sent.end(form)
      const [{ statusCode }] = await answered
      return statusCode
    },
  }
}
