// An accident that no code expects: a page that tells nothing, and one line in the log that tells what helps.
import express from 'express'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { errors } from '../../../middleware/answer/errors.ts'
import { openSite, type Site } from '../../helper.ts'
import { page } from '../../visitor.ts'

const ERROR = 50

type Line = { level: number; requestId?: string; err?: { message: string; stack?: string } }

let site: Site
beforeAll(async () => {
  site = await openSite()
  // The operator has put a read-only view in the place of the accounts: the database refuses every new one.
  await site.database.dropCollection('users')
  await site.database.createCollection('users', { viewOn: 'elsewhere', pipeline: [] })
})
afterAll(() => site.close())

describe('POST /register', () => {
  it.each([
    ['en', translator('en')],
    ['zh-CN', translator('zh-CN')],
  ])('answers 500 in %s with a page and its id', async (language, t) => {
    const answer = await site.visitor().register({}, { 'Accept-Language': language })

    const content = page(answer)
    expect(answer.status).toBe(500)
    expect(content.querySelector('h1')?.text).toBe(t('error.500.title'))
    expect(content.querySelector('main code')?.text).toBe(answer.headers['x-request-id'])
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
  })

  it('shows nothing of the inside', async () => {
    const answer = await site.visitor().register()

    expect(answer.text).not.toMatch(/mongo|node_modules|\.ts\b|\bview\b|stack|elsewhere/i)
  })

  it('logs it once, with the request id and the cause, and nothing of the form', async () => {
    const username = 'accident-prone'
    const password = 'a very secret lantern'
    const before = site.log.length

    const answer = await site.visitor().register({ username, password, email: 'prone@example.com' })

    const lines = site.log.slice(before).filter((line) => (JSON.parse(line) as Line).level >= ERROR)
    const [line] = lines.map((text) => JSON.parse(text) as Line)
    expect(lines).toHaveLength(1)
    expect(line?.requestId).toBe(answer.headers['x-request-id'])
    expect(line?.err?.message).toBeTruthy()
    expect(line?.err?.stack).toBeTruthy()
    expect(lines[0]).not.toMatch(/accident-prone|secret lantern|prone@|argon2id/)
  })

  it('leaves the site at work', async () => {
    const visitor = site.visitor()
    await visitor.register()

    const answer = await visitor.get('/home')

    expect(answer.status).toBe(200)
  })
})

describe('An answer that fails when half of it is sent', () => {
  it('is cut off, so that nobody takes it for the whole', { timeout: 20_000 }, async () => {
    const app = express().get('/', (_req, res, next) => {
      res.write('half')
      next(new Error('too late for a page'))
    })
    app.use(errors)

    await expect(supertest(app).get('/')).rejects.toThrow(/aborted|hang up/)
  })
})
