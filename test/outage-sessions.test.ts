// The database dies while people sign in and out: what was answered holds, in both directions, and nobody waits for ever.
import type { Response } from 'supertest'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EmbeddedMongodb } from '../lib/embedded-mongodb/index.ts'
import { validPassword, type Site } from './helper.ts'
import { openMortalSite } from './mortal-site.ts'
import { newPerson, page, type Fields, type Visitor } from './visitor.ts'

const HANG = 20_000 // milliseconds: far more than a busy machine takes, far less than for ever
const TIMEOUT = { timeout: 20_000, interval: 20 } // for what takes long only on a busy machine
const PEOPLE = 6

let site: Site
let engine: EmbeddedMongodb
let close: () => Promise<void>
beforeAll(async () => {
  ;({ site, engine, close } = await openMortalSite({ CAPTCHA: 'off' }))
})
afterAll(() => close())

const statuses: number[] = []
const signedIn = new Set<string>() // cookies of sign-ins that were answered
const signedOut = new Set<string>() // and of sign-outs

describe('SIGKILL of the database during sign-ins and sign-outs', () => {
  it('undoes none that was answered, and every answer comes soon and is 303, 422 or 503 (ASVS 7.4.1)', async () => {
    const people = Array.from({ length: PEOPLE }, newPerson)
    for (const person of people) await site.visitor().register(person)
    const pids = new Set<number>()
    let open = true
    const streams = people.map(async ({ username }) => {
      while (open) await visit(username)
    })
    const more = async () => {
      const enough = [signedIn.size + 10, signedOut.size + 10] as const
      await vi.waitUntil(() => signedIn.size >= enough[0] && signedOut.size >= enough[1], TIMEOUT)
    }

    for (const _round of [1, 2, 3]) {
      await more()
      const pid = engine.pid() ?? 0
      pids.add(pid)
      process.kill(pid, 'SIGKILL')
    }
    await more()
    open = false
    await Promise.all(streams)

    expect(site.log.filter((line) => line.includes('"status":500'))).toEqual([])
    expect(statuses.filter((status) => ![200, 303, 422, 503].includes(status))).toEqual([])
    expect(pids.size).toBe(3)
    expect(await known(signedOut)).toEqual([])
    expect(await known(signedIn)).toEqual([...signedIn])
  })
})

/** Sign in, look at the account, and sign out, or not: every second one stays. */
async function visit(username: string): Promise<void> {
  const visitor = site.visitor()
  const login = await send(visitor, '/login', { username, password: validPassword })
  if (login?.status === 303) {
    const cookie = visitor.cookie('sid') ?? ''
    if (signedIn.size < signedOut.size) {
      signedIn.add(cookie)
    } else {
      const logout = await send(visitor, '/logout', {})
      // One that was answered by 503 may have happened or not: that is what 503 says.
      if (logout?.status === 303) signedOut.add(cookie)
    }
  }
}

/** Open a page and send its form; undefined if the page is refused already. */
async function send(visitor: Visitor, path: string, fields: Fields) {
  const form = await soon(visitor.get(path))
  const _csrf = page(form).querySelector('[name=_csrf]')?.getAttribute('value') ?? ''
  return form.status === 200 ? soon(visitor.post(path, { ...fields, _csrf })) : undefined
}

/** Those of these cookies by which the site knows somebody. */
async function known(cookies: Set<string>): Promise<string[]> {
  const answers = await Promise.all(
    [...cookies].map(async (cookie) => {
      const { status } = await site.visitor().get('/account', { Cookie: `sid=${cookie}` })
      return { cookie, status }
    }),
  )
  return answers.filter(({ status }) => status === 200).map(({ cookie }) => cookie)
}

async function soon(answer: Promise<Response>): Promise<Response> {
  const given = await Promise.race([
    answer,
    new Promise<never>((_resolve, reject) => {
      AbortSignal.timeout(HANG).addEventListener('abort', () => {
        reject(new Error('A request hangs'))
      })
    }),
  ])
  statuses.push(given.status)
  return given
}
