// What is timed is told in seconds, as Prometheus wants it, and a failure that was timed is still one.
import express from 'express'
import supertest from 'supertest'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Metrics } from '../../../lib/metrics.ts'
import type { Documents } from '../../../lib/session/documents.ts'
import { metered } from '../../../lib/session/metered.ts'
import { countRequests } from '../../../middleware/log/metrics.ts'
import { valueOf } from '../../metrics-text.ts'

let metrics: Metrics
beforeEach(() => {
  metrics = new Metrics([])
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => void vi.useRealTimers())

const read = async (name: string, labels: object) =>
  valueOf(await metrics.registry.metrics(), name, labels)
const takeTwoSeconds = () => void vi.advanceTimersByTime(2000)

it('A request of two seconds counts as two', async () => {
  const app = express().set('route patterns', ['/'])
  app.use(countRequests(metrics)).get('/', (_req, res) => {
    takeTwoSeconds()
    res.send('late')
  })
  const counted = vi.spyOn(metrics, 'countRequest')

  await supertest(app).get('/')
  await vi.waitFor(() => expect(counted).toHaveBeenCalled())

  expect(await read('sesame_http_request_duration_seconds_sum', { route: '/' })).toBe(2)
})

it('A session that takes two seconds to be read counts as two', async () => {
  const documents = metered(
    { find: () => Promise.resolve(undefined).finally(takeTwoSeconds) } as unknown as Documents,
    metrics,
  )

  await documents.find('one')

  const labels = { operation: 'get', outcome: 'none' }
  expect(await read('sesame_session_store_duration_seconds_sum', labels)).toBe(2)
})

it('A session that can not be written is counted, and whoever writes it hears of it', async () => {
  const away = () => Promise.reject(new Error('away'))
  const documents = metered({ insert: away } as unknown as Documents, metrics)

  await expect(documents.insert('one', {}, {})).rejects.toThrow('away')

  const labels = { operation: 'set', outcome: 'failed' }
  expect(await read('sesame_session_store_duration_seconds_count', labels)).toBe(1)
})
