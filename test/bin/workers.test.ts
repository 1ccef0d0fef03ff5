// The site in several processes: one to a visitor, whichever answers; replaced when one dies or when asked; ended in order.
import { once } from 'node:events'
import { Agent } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { HttpClient } from '../../lib/http/client.ts'
import { isAlive } from '../is-alive.ts'
import { endAfterAll, temporaryFolder } from '../temporary-folder.ts'
import { newPerson, page, Visitor } from '../visitor.ts'
import { workersOf } from './children.ts'
import { onSharedEngine, openSite, TIMEOUT, spawnSite } from './process.ts'

describe('A site of several processes', () => {
  const atTheEnd = endAfterAll()
  let site: Awaited<ReturnType<typeof openSite>>
  beforeAll(async () => {
    site = await openSite({ DATA_DIR: await temporaryFolder(atTheEnd), WORKERS: '2' }, atTheEnd)
  })

  it('knows a visitor whichever process answers, and forgets them in all at once', async () => {
    const visitor = new Visitor(site.address)
    const { username = '' } = await visitor.becomeMember()
    const Cookie = `sid=${visitor.cookie('sid') ?? ''}`
    // Each on a connection of its own, which the next process gets.
    const ask = async () => (await new Visitor(site.address).get('/account', { Cookie })).text
    const before = await Promise.all(Array.from({ length: 12 }, ask))

    await visitor.fill('/logout', {})
    const after = await Promise.all(Array.from({ length: 12 }, ask))

    expect(workersOf(site.pid)).toHaveLength(2)
    expect(before.filter((text) => text.includes(username))).toHaveLength(12)
    expect(after.filter((text) => text.includes(username))).toEqual([])
  })

  it('counts wrong passwords together, and sends each mail once', async () => {
    const before = await mailsAt(site.address)
    const person = newPerson()
    await new Visitor(site.address).register(person)
    const wrong = { username: person.username, password: 'not the password of this person' }

    const answers = []
    for (let count = 0; count < 7; count++) {
      answers.push((await new Visitor(site.address).signIn(wrong)).status)
    }

    expect(answers).toEqual([422, 422, 422, 422, 422, 429, 429])
    await vi.waitUntil(async () => (await mailsAt(site.address)) > before, TIMEOUT)
    expect(await mailsAt(site.address)).toBe(before + 1)
  })

  it('on SIGHUP replaces all workers one by one without one failed request under load', async () => {
    const old = workersOf(site.pid)
    const load = startLoad(site.address)

    process.kill(site.pid, 'SIGHUP')
    await vi.waitUntil(() => site.said().includes('All workers were replaced'), TIMEOUT)
    await vi.waitUntil(() => old.every((pid) => !isAlive(pid)), TIMEOUT)
    const outcome = await load.stop()

    expect(fresh(site.pid, old)).toHaveLength(2)
    expect(outcome.failures).toEqual([])
    expect(outcome.answered).toBeGreaterThan(20)
  })

  it('replaces workers that die, and nobody is signed out by that', async () => {
    const visitor = new Visitor(site.address)
    await visitor.becomeMember()
    const old = workersOf(site.pid)

    for (const pid of old) process.kill(pid, 'SIGKILL')

    await vi.waitUntil(() => fresh(site.pid, old).length === 2, TIMEOUT)
    await vi.waitFor(async () => {
      const account = await visitor.get('/account')
      expect(account.status).toBe(200)
    }, TIMEOUT)
    expect(site.said().match(/A worker died and is replaced/g)).toHaveLength(2)
  })

  it('ends, with the reason, where all its workers die as soon as they start', async () => {
    const database = await site.databasePid()
    const kill = () => {
      for (const pid of workersOf(site.pid)) killIfThere(pid)
    }

    const killing = setInterval(kill, 20)
    const code = await site.ended.finally(() => clearInterval(killing))

    expect(code).toBe(1)
    expect(site.said()).toContain('end as soon as they start')
    expect(site.said()).toContain('SIGKILL')
    expect(isAlive(database)).toBe(false)
  })

  it('says that it can not have its port, and ends at once', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo

    const second = spawnSite({ ...(await onSharedEngine()), WORKERS: '2', PORT: String(port) })

    expect(await second.ended).toBe(1)
    expect(second.said()).toContain(`Port ${port} on 127.0.0.1 is in use`)
    expect(workersOf(second.pid)).toEqual([])
  })

  it('on SIGTERM says 503 on /readyz first, while pages are still answered, and then ends with 0', async () => {
    const site = await openSite({
      ...(await onSharedEngine()),
      WORKERS: '2',
      NODE_ENV: 'production',
      INSECURE_HTTP: 'on',
      CAPTCHA: 'on',
      SESSION_SECRETS: 'a secret for tests alone and long enough',
      ENCRYPTION_KEYS: 'a key for tests alone and long enough',
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'sesame@example.com',
    })
    const ready = await fetch(`${site.address}/readyz`)

    // As Ctrl-C in a terminal does, which reaches all processes: the workers wait for what the primary says.
    for (const pid of workersOf(site.pid)) process.kill(pid, 'SIGINT')
    const ended = site.kill('SIGTERM')
    const unready = await vi.waitFor(async () => {
      const answer = await fetch(`${site.address}/readyz`)
      expect(answer.status).toBe(503)
      return answer
    }, TIMEOUT)
    const login = await fetch(`${site.address}/login`)

    expect(ready.status).toBe(200)
    expect(await unready.json()).toEqual({ status: 'unready', reason: 'stopping' })
    expect(login.status).toBe(200)
    expect(await ended).toBe(0)
    expect(workersOf(site.pid)).toEqual([])
  })
}, 120_000)

const fresh = (primary: number, old: number[]) =>
  workersOf(primary).filter((pid) => !old.includes(pid))

async function mailsAt(address: string): Promise<number> {
  const mails = page(await new Visitor(address).get('/dev/mail'))
  return mails.querySelectorAll('main a[href^="/dev/mail/"]').length
}

/** Some visitors who ask for pages all the time, over connections that they keep. */
function startLoad(address: string) {
  const agent = new Agent({ keepAlive: true })
  const failures: string[] = []
  let answered = 0
  let isOver = false
  const ask = async () => {
    try {
      const { status } = await new HttpClient(address, {}, agent).send({ path: '/login' })
      if (status === 200) answered++
      else failures.push(`status ${status}`)
    } catch (error) {
      failures.push(String(error))
    }
  }
  const visit = async () => {
    while (!isOver) await ask()
  }
  const visits = Promise.all(Array.from({ length: 3 }, visit))
  return {
    stop: async () => {
      isOver = true
      await visits
      agent.destroy()
      return { failures, answered }
    },
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended by itself since it was listed
  }
}
