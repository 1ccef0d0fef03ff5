// Whether visitors should be sent here: asked by balancers, answered without a session.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildIndexes } from '../../models/database/indexes.ts'
import { openMortalSite, type MortalSite } from '../mortal-site.ts'
import { openSite, type Site } from '../helper.ts'

describe('GET /readyz', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite()
  })
  afterAll(() => site.close())

  it('says ready in JSON, is kept by no cache and sets no cookie', async () => {
    const answer = await site.visitor().get('/readyz')

    expect([answer.status, answer.text]).toEqual([200, '{"status":"ready"}'])
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers).not.toHaveProperty('set-cookie')
    const line = await vi.waitUntil(() => site.log.find((one) => one.includes('/readyz')))
    expect((JSON.parse(line) as { diskFree: number }).diskFree).toBeGreaterThan(0)
  })

  it('says 503 as long as an index is missing, and why', async () => {
    await site.database.collection('attempts').dropIndex('key_1')

    const without = await site.visitor().get('/readyz')
    await buildIndexes()
    const withIt = await site.visitor().get('/readyz')

    expect([without.status, without.body]).toEqual([503, { status: 'unready', reason: 'indexes' }])
    expect(withIt.status).toBe(200)
  })
})

describe('GET /readyz while the database is away', () => {
  let mortal: MortalSite
  beforeAll(async () => {
    mortal = await openMortalSite()
  })
  afterAll(() => mortal.close())

  it('says 503 and the reason, while /healthz says ok', async () => {
    await mortal.site.database.close()

    const ready = await mortal.site.visitor().get('/readyz')
    const alive = await mortal.site.visitor().get('/healthz')

    expect([ready.status, ready.body]).toEqual([503, { status: 'unready', reason: 'database' }])
    expect(alive.status).toBe(200)
  })
})
