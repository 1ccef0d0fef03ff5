// The health check answers without the database and without a session.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../helper.ts'
import { read } from '../project-files.ts'

const throughProxy = { 'X-Forwarded-For': '203.0.113.7' }

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /healthz', () => {
  it('says ok in JSON and sets no cookie', async () => {
    const answer = await site.visitor().get('/healthz', throughProxy)

    expect(answer.status).toBe(200)
    expect(answer.text).toBe('{"status":"ok"}')
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    expect(answer.headers).not.toHaveProperty('set-cookie')
  })

  it('says the same to a member', async () => {
    const member = site.visitor()
    await member.becomeMember()

    const answer = await member.get('/healthz', throughProxy)

    expect([answer.status, answer.text]).toEqual([200, '{"status":"ok"}'])
  })

  it('tells the version to this machine alone', async () => {
    const { version } = JSON.parse(read('package.json').text) as { version: string }

    const own = await site.visitor().get('/healthz')

    expect(own.body).toEqual({ status: 'ok', version })
  })
})
