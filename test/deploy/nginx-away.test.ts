// Behind deploy/nginx.conf a site may die or lose its database: nobody who reads notices, and no form is sent twice.
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { TIMEOUT } from '../bin/process.ts'
import { openProxy, type Proxy } from '../proxy.ts'
import { FIRST_TIME, openFront, visitorAt, type Front } from './front.ts'

const BUSY = 90_000 // milliseconds: a test that starts a site anew, on a busy machine
const WALKERS = 5
const STEPS = 20

let wire: Proxy // of the first site to the database
let front: Front
beforeAll(async () => {
  wire = await openProxy(inject('mongoUrl'))
  front = await openFront(wire.url)
}, FIRST_TIME)
afterAll(async () => {
  await front.close()
  await wire.cut()
})

describe('GET /home where one site has lost its database', () => {
  it('is answered by the other', async () => {
    await wire.cut()
    const isUnready = async () => (await fetch(`http://${addresses(0).dead}/readyz`)).status === 503
    await vi.waitUntil(isUnready, TIMEOUT) // it has noticed
    const visitor = visitorAt(front)

    const statuses: number[] = []
    for (let step = 0; step < 4; step++) statuses.push((await visitor.get('/home')).status)

    await wire.mend()
    const lines = await front.toldOf('/home', 4)
    expect(statuses).toEqual([200, 200, 200, 200])
    expect(lines.map(({ siteStatus }) => siteStatus)).toContain('503, 200')
  })
})

describe('GET /account while a site is killed', () => {
  it.each([0, 1])(
    'never fails, and the session stays: site %i',
    async (index) => {
      await bothAnswer()
      const visitor = visitorAt(front)
      const { username = '' } = await visitor.becomeMember()
      const answers: string[] = []
      const walk = async () => {
        for (let step = 0; step < STEPS; step++) {
          const { status, text } = await visitor.get('/account')
          answers.push(`${status} ${text.includes(username) ? 'known' : text}`)
        }
      }

      const walking = Promise.all(Array.from({ length: WALKERS }, walk))
      await vi.waitUntil(() => answers.length >= WALKERS * 3, TIMEOUT)
      await front.sites[index]?.kill('SIGKILL')
      await walking

      const { dead, alive } = addresses(index)
      const lines = await front.toldOf('/account', WALKERS * STEPS * (index + 1))
      await reopen(index)
      expect(new Set(answers)).toEqual(new Set(['200 known']))
      expect(answers).toHaveLength(WALKERS * STEPS)
      expect(lines.map(({ site }) => site)).toContain(`${dead}, ${alive}`)
    },
    BUSY,
  )
})

describe('What was sent to a site that then dies', () => {
  it(
    'is asked of the other if it was a page, and is not sent again if it was a form',
    async () => {
      await bothAnswer()
      const visitor = visitorAt(front)
      front.sites[0]?.signal('SIGSTOP') // it takes what is sent, and answers nothing
      let answered = 0
      const requests = Array.from({ length: 8 }, async (_, index) => {
        const form = { locale: 'en' }
        const answer =
          index % 4 < 2 ? visitor.get('/password-reset') : visitor.post('/locale', form)
        await answer.finally(() => answered++)
        return answer
      })

      await vi.waitUntil(() => answered >= 4, TIMEOUT) // the other's half
      await front.sites[0]?.kill('SIGKILL')
      await Promise.all(requests)

      const { dead, alive } = addresses(0)
      const pages = await front.toldOf('/password-reset', 4)
      const forms = await front.toldOf('/locale', 4)
      await reopen(0)
      expect(new Set(pages.map(({ status }) => status))).toEqual(new Set(['200']))
      expect(pages.map(({ site }) => site)).toContain(`${dead}, ${alive}`)
      expect(forms.filter(({ site }) => site === dead).map(({ status }) => status)).toContain('503')
      expect(forms.map(({ siteStatus }) => siteStatus)).not.toContain('502, 403')
    },
    BUSY,
  )
})

describe('GET / where no site is left', () => {
  it('says so with 503 and when to come again', async () => {
    await Promise.all(front.sites.map((site) => site.kill('SIGKILL')))

    const answer = await visitorAt(front).get('/')

    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5'])
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
    expect(answer.text).toContain('网站暂时无法访问')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.text).toContain('away for a moment')
  })
})

/** Wait until nginx asks both again: of one that failed it asks nothing for a while. */
async function bothAnswer(): Promise<void> {
  const visitor = visitorAt(front)
  const before = (await front.toldOf('/healthz', 0)).length
  await vi.waitFor(async () => {
    await visitor.get('/healthz')
    const since = (await front.toldOf('/healthz', before + 1)).slice(before)
    expect(new Set(since.map(({ site }) => site))).toEqual(
      new Set(front.sites.map(({ address }) => address)),
    )
  }, TIMEOUT)
}

async function reopen(index: number): Promise<void> {
  const site = await front.sites[index]?.reopen()
  if (site) front.sites[index] = site
}

function addresses(index: number) {
  return { dead: front.sites[index]?.address ?? '', alive: front.sites[1 - index]?.address ?? '' }
}
