// The database dies or stops while people use the site: no promise is broken, nobody waits for long, and it comes back by itself.
import type { Response } from 'supertest'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { EmbeddedMongodb } from '../lib/embedded-mongodb/index.ts'
import { findCaughtMails } from '../models/mail/mailbox.ts'
import { User } from '../models/user.ts'
import { CAPTCHA, type Site } from './helper.ts'
import { openMortalSite } from './mortal-site.ts'
import { newPerson, page, Visitor } from './visitor.ts'

const HANG = 20_000 // milliseconds: far more than a busy machine takes, far less than for ever
const TIMEOUT = { timeout: 20_000, interval: 50 } // for what takes long only on a busy machine

let site: Site
let engine: EmbeddedMongodb
let close: () => Promise<void>
beforeAll(async () => {
  ;({ site, engine, close } = await openMortalSite())
})
afterAll(() => close())

describe('SIGKILL of the database during registrations', () => {
  it('loses no account that was answered with 303, and every answer comes soon and is 303, 422 or 503', async () => {
    const statuses: number[] = []
    const members: string[] = []
    const latest: string[] = [] // before each kill
    let open = true
    const people = Array.from({ length: 8 }, async () => {
      while (open) {
        const { username, status } = await registration()
        statuses.push(status)
        if (status === 303) members.push(username)
      }
    })
    const more = async (count: number) => {
      const enough = members.length + count
      await vi.waitUntil(() => members.length >= enough, TIMEOUT)
    }

    for (const _round of [1, 2, 3]) {
      await more(10)
      process.kill(pid(), 'SIGKILL')
      latest.push(...members.slice(-6))
    }
    await more(10)
    open = false
    await Promise.all(people)

    expect(site.log.filter((line) => line.includes('"status":500'))).toEqual([])
    expect(statuses.filter((status) => ![303, 422, 503].includes(status))).toEqual([])
    expect(await User.countDocuments({ username: { $in: members } })).toBe(members.length)
    for (const username of latest) {
      // Right after a kill a picture may be answered with 503, and the form without its answer with 422.
      await vi.waitFor(async () => {
        const { status } = await site.visitor().signIn({ username })
        expect([username, status]).toEqual([username, 303])
      }, TIMEOUT)
    }
  })

  it('leaves the sending of mails alive', async () => {
    const { username, status } = await registration()

    const reader = `${username}@example.com`
    await vi.waitFor(async () => {
      expect((await findCaughtMails()).map(({ to }) => to)).toContain(reader)
    }, TIMEOUT)
    expect(status).toBe(303)
  })
})

describe('A database that does not react', () => {
  it('gets pages a 503 in the look of the site, leaves files and health alone, and signs nobody out', async () => {
    const visitor = site.visitor()
    await visitor.becomeMember()
    const stopped = pid()
    process.kill(stopped, 'SIGSTOP')
    onTestFinished(() => void process.kill(stopped, 'SIGCONT'))

    const away = await soon(visitor.get('/account'))
    const style = await soon(visitor.get('/css/site.css'))
    const health = await soon(visitor.get('/healthz'))

    expect([away.status, style.status, health.status]).toEqual([503, 200, 200])
    expect(away.headers['retry-after']).toMatch(/^\d+$/)
    expect(page(away).querySelector('nav, header')).not.toBeNull()
    expect(page(away).querySelector('link[rel=stylesheet][href^="/css/site"]')).not.toBeNull()

    process.kill(stopped, 'SIGCONT')
    await vi.waitFor(async () => {
      expect((await soon(visitor.get('/account'))).status).toBe(200)
    }, TIMEOUT)
  })

  it('answers every request of a crowd with 503 rather than let one wait', async () => {
    const visitors = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const visitor = site.visitor()
        return { visitor, ...(await openForm(visitor)) }
      }),
    )
    const stopped = pid()
    process.kill(stopped, 'SIGSTOP')
    onTestFinished(() => void process.kill(stopped, 'SIGCONT'))

    const answers = await Promise.all(
      visitors.map(({ visitor, fields }) => soon(visitor.post('/register', fields))),
    )

    expect(answers.map(({ status }) => status)).toEqual(visitors.map(() => 503))
  })
})

function pid(): number {
  const now = engine.pid()
  if (now === undefined) throw new Error('The database has no process')
  return now
}

// One person's whole way to an account; a page that is refused ends it.
async function registration(): Promise<{ username: string; status: number }> {
  const visitor = site.visitor()
  const { refused, fields } = await openForm(visitor)
  const { status } = refused ?? (await soon(visitor.post('/register', fields)))
  return { username: fields.username, status }
}

async function openForm(visitor: Visitor) {
  const form = await soon(visitor.get('/register'))
  const picture = await soon(visitor.get('/captcha'))
  const _csrf = page(form).querySelector('[name=_csrf]')?.getAttribute('value') ?? ''
  return {
    refused: [form, picture].find(({ status }) => status !== 200),
    fields: { ...newPerson(), captcha: CAPTCHA, _csrf },
  }
}

async function soon(answer: Promise<Response>): Promise<Response> {
  return Promise.race([
    answer,
    new Promise<never>((_resolve, reject) => {
      AbortSignal.timeout(HANG).addEventListener('abort', () => {
        reject(new Error('A request hangs'))
      })
    }),
  ])
}
