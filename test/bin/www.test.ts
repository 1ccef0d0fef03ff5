// The site as a process: it opens, keeps accounts and sessions over restarts, and ends in order.
import { once } from 'node:events'
import { request } from 'node:http'
import { MongoClient } from 'mongodb'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { isAlive } from '../is-alive.ts'
import { runFolders } from '../lib/embedded-mongodb/engine.ts'
import { endAfterAll, temporaryFolder } from '../temporary-folder.ts'
import { CAPTCHA } from '../helper.ts'
import { newPerson, Visitor } from '../visitor.ts'
import { onSharedEngine, openSite, TIMEOUT } from './process.ts'

// One folder through four runs: each run ends in another way, and the next one finds what it left.
describe('npm start on one data folder', () => {
  const atTheEnd = endAfterAll()
  const open = (more = {}) => openSite({ DATA_DIR, ...more }, atTheEnd)
  let DATA_DIR: string
  let member: Visitor
  let username = ''
  beforeAll(async () => {
    DATA_DIR = await temporaryFolder(atTheEnd)
  })

  it('prints one address, where the site answers, until SIGTERM ends it in order', async () => {
    const site = await open({ NODE_ENV: 'development', LESSONS: 'on' }) // as it is without settings
    member = new Visitor(site.address)

    const answer = await member.get('/login')

    expect(answer.status).toBe(200)
    expect(site.said().match(/http:\S+/g)).toEqual([site.address])
    expect(site.said()).not.toContain('TRUST_PROXY')
    expect(site.said()).not.toMatch(/metrics/i) // nobody asked for them
    ;({ username = '' } = await member.becomeMember())
    await endsInOrder(site, 'SIGTERM')
  })

  it('brings back the accounts and the sessions of its last run, until SIGINT ends it in order', async () => {
    const site = await open()

    const Cookie = `sid=${member.cookie('sid') ?? ''}`
    const account = await new Visitor(site.address).get('/account', { Cookie })

    expect(account.status).toBe(200)
    expect(account.text).toContain(username)
    expect((await new Visitor(site.address).signIn({ username })).status).toBe(303)
    await endsInOrder(site, 'SIGINT')
  })

  it('killed takes the database along, and the next start finds the accounts and tidies up', async () => {
    const site = await open()
    const database = await site.databasePid()
    const person = newPerson()
    await new Visitor(site.address).register(person)

    await site.kill('SIGKILL')
    await vi.waitUntil(() => !isAlive(database), TIMEOUT)

    const { address } = await open()
    expect((await new Visitor(address).signIn({ username: person.username })).status).toBe(303)
    expect(await runFolders(DATA_DIR)).toHaveLength(1)
  })

  /** What is being answered is finished, the exit code is 0, and no process and no socket is left. */
  async function endsInOrder(site: Awaited<ReturnType<typeof openSite>>, signal: NodeJS.Signals) {
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
  }
})

describe('npm start with MONGO_URL and an address that is https', () => {
  it('uses that server, starts none of its own, and says what is missing if no proxy is trusted', async () => {
    const { DATA_DIR, MONGO_URL } = await onSharedEngine()
    const BASE_URL = 'https://sign-in.example'
    const site = await openSite({ DATA_DIR, MONGO_URL, BASE_URL })

    expect(site.address).toBe('https://sign-in.example')
    expect(await site.databasePid()).toBe(0)
    const client = await MongoClient.connect(MONGO_URL)
    onTestFinished(() => client.close())
    expect(await client.db().listCollections({ name: 'users' }).toArray()).toHaveLength(1)
    await vi.waitUntil(() => site.said().includes('Set TRUST_PROXY=1'), TIMEOUT)
  })
})

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
