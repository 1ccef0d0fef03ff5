// What is counted: each thing that people do, once, under labels that no visitor can add to.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { METHODS, request, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { MINUTE } from '../../config/time.ts'
import { pathsOf } from '../../middleware/page.ts'
import { withoutSession, withSession } from '../../routes/index.ts'
import { openSite, type Site } from '../helper.ts'
import { samplesOf, valueOf } from '../metrics-text.ts'
import { newPerson } from '../visitor.ts'

let site: Site
let server: Server
beforeAll(async () => {
  site = await openSite({ METRICS_PORT: '0', THROTTLE: 'on', TRUST_PROXY: '1' })
  server = site.app.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(async () => {
  server.close()
  await site.close()
})

describe('Requests', () => {
  it.each([
    ['/home?next=/account', { route: '/home', status: '200' }],
    ['/account', { route: '/account', status: '303' }],
    ['/password-reset/a-key', { route: '/password-reset/:token', status: '404' }],
    ['/css/site.css', { route: '(static)', status: '200' }],
    ['/metrics', { route: '(none)', status: '404' }],
  ])('GET %s is counted and timed once', async (path, { route, status }) => {
    const labels = { route, status, method: 'GET' }
    const counts = () =>
      Promise.all([
        countOf('sesame_http_requests_total', labels),
        countOf('sesame_http_request_duration_seconds_count', { route }),
      ])
    const [requests, durations] = await counts()

    await site.visitor().get(path)

    expect(await counts()).toEqual([requests + 1, durations + 1])
  })

  it('to addresses and by methods that somebody makes up add no labels', async () => {
    await scan()
    const before = samplesOf(await site.metrics())

    await scan()

    const after = samplesOf(await site.metrics())
    const values = (label: string) => [
      ...new Set(after.map(({ labels }) => labels[label]).filter((value) => value !== undefined)),
    ]
    const routes = [...pathsOf([...withoutSession, ...withSession]), '(none)', '(static)']
    expect(sesame(after)).toHaveLength(sesame(before).length)
    expect(values('route').filter((route) => !routes.includes(route))).toEqual([])
    expect(values('method').sort()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST', 'other'].sort())
  })
})

describe('Sign-ins', () => {
  it('are counted by how they ended, and so are the events', async () => {
    const person = newPerson()
    await visitorFrom('192.0.2.1').register(person)
    const before = await site.metrics()
    const visitor = visitorFrom('192.0.2.2')

    await visitor.signIn({ username: 'nobody-of-that-name' })
    for (let tries = 0; tries < 6; tries++) await visitor.signIn({ ...person, password: 'wrong' })
    await visitorFrom('192.0.2.3').signIn(person)

    const after = await site.metrics()
    const gained = (name: string, labels: object) =>
      (valueOf(after, name, labels) ?? 0) - (valueOf(before, name, labels) ?? NaN)
    const signIns = (outcome: string) => gained('sesame_sign_ins_total', { outcome })
    expect(signIns('unknown-user')).toBe(1)
    expect(signIns('wrong-password')).toBe(5)
    expect(signIns('throttled')).toBe(1)
    expect(signIns('done')).toBe(1)
    expect(signIns('locked')).toBe(0)
    expect(gained('sesame_throttled_total', { limit: 'name' })).toBe(1)
    expect(gained('sesame_security_events_total', { event: 'sign-in-failed' })).toBe(6)
    expect(gained('sesame_security_events_total', { event: 'throttled' })).toBe(1)
    expect(gained('sesame_security_events_total', { event: 'sign-in' })).toBe(1)
  })

  it('that were throttled are not mixed with current passwords that members mistype', async () => {
    const member = visitorFrom('192.0.2.4')
    await member.registerAndSignIn()
    const throttled = () => countOf('sesame_sign_ins_total', { outcome: 'throttled' })
    const limits = () => countOf('sesame_throttled_total', { limit: 'device' })
    const before = [await throttled(), await limits()]
    const change = { current: 'wrong', password: 'another lantern' }

    for (let tries = 0; tries < 6; tries++) await member.fill('/account/password', change)

    expect([await throttled(), await limits()]).toEqual([before[0], (before[1] ?? 0) + 1])
  })
})

describe('The session store', () => {
  it('is measured by operation and outcome, for what it asks of the database', async () => {
    const count = (operation: string, outcome: string) =>
      countOf('sesame_session_store_duration_seconds_count', { operation, outcome })
    const visitor = site.visitor()
    await visitor.registerAndSignIn()
    const before = [await count('get', 'done'), await count('touch', 'done')]
    const rest = [await count('destroy', 'done'), await count('get', 'none')]

    await visitor.get('/home')
    const read = [await count('get', 'done'), await count('touch', 'done')]
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * MINUTE }) // the clock is due
    onTestFinished(() => void vi.useRealTimers())
    await visitor.get('/home')
    const touched = [await count('get', 'done'), await count('touch', 'done')]
    const Cookie = `sid=${visitor.cookie('sid') ?? ''}`
    await visitor.fill('/logout', {})
    await site.visitor().get('/home', { Cookie })

    const [gets = NaN, touches = NaN] = before
    expect(read).toEqual([gets + 1, touches])
    expect(touched).toEqual([gets + 2, touches + 1])
    expect([await count('destroy', 'done'), await count('get', 'none')]).toEqual(
      rest.map((one) => one + 1),
    )
    expect(await count('take', 'done')).toBeGreaterThan(0) // the captcha's answer
    expect(await count('set', 'done')).toBeGreaterThan(0)
  })
})

async function countOf(name: string, labels: object): Promise<number> {
  return valueOf(await site.metrics(), name, labels) ?? 0
}

function visitorFrom(address: string) {
  const visitor = site.visitor()
  visitor.agent.set('X-Forwarded-For', address)
  return visitor
}

// What a scanner does: addresses that nobody has, by every method there is.
async function scan(): Promise<void> {
  const { port } = server.address() as AddressInfo
  for (const method of METHODS.filter((one) => one !== 'CONNECT')) {
    const path = `/${randomBytes(6).toString('hex')}?${randomBytes(6).toString('hex')}`
    const [answer] = (await once(
      request({ port, host: '127.0.0.1', method, path }).end(),
      'response',
    )) as [IncomingMessage]
    await once(answer.resume(), 'end')
  }
}

function sesame(samples: ReturnType<typeof samplesOf>) {
  return samples.filter(({ name }) => name.startsWith('sesame_'))
}
