// What the metrics tell of the database, and that telling it costs little and never takes long.
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE } from '../../../config/time.ts'
import { addDatabaseGauges, type Database } from '../../../lib/metrics/database.ts'
import { outbox } from '../../../models/mail/outbox.ts'
import { ping, readStats } from '../../../models/database/stats.ts'
import { changeSession } from '../../documents.ts'
import { openSite, type Site } from '../../helper.ts'
import { valueOf } from '../../metrics-text.ts'

const EAGER = { ttl: 0, timeout: 20_000 } // milliseconds: each time anew, also on a slow machine
const NAMES = ['sesame_sessions', 'sesame_mails_waiting', 'sesame_oldest_mail_age_seconds']
const DISK = 'sesame_database_disk_free_bytes'
const SIGNS = { sessions: 5, mails: 2, oldestMail: 30, diskFree: 1e9 }

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('sesame_sessions', () => {
  it('is how many sessions there are, and one less after a sign-out or when one has run out', async () => {
    const gauge = gauges({ ping, readStats }, EAGER)
    const [one, other] = [site.visitor(), site.visitor()]
    const before = (await gauge('sesame_sessions')) ?? NaN

    await one.becomeMember()
    await other.becomeMember()
    const during = await gauge('sesame_sessions')
    await one.fill('/logout', {})
    const after = await gauge('sesame_sessions')
    // It is kept for a while, for its owner to be told why it is over.
    const soon = new Date(Date.now() + 5 * MINUTE)
    await changeSession(site, other, { expires: new Date(), purgeAt: soon })

    expect([during, after]).toEqual([before + 2, before + 1])
    expect(await gauge('sesame_sessions')).toBe(before)
    expect(await gauge('sesame_database_up')).toBe(1)
    expect(await gauge(DISK)).toBeGreaterThan(0)
  })
})

describe('The mails that wait', () => {
  it('are counted, and the oldest tells how long it has been waiting', async () => {
    const gauge = gauges({ ping, readStats }, EAGER)
    await site.postman.stop()
    await outbox().deleteMany({})
    const none = [await gauge('sesame_mails_waiting'), await gauge(NAMES[2] ?? '')]
    const later = new Date(Date.now() + 3_600_000)
    const anHourAgo = new Date(Date.now() - 3_600_000)
    const letter = { letter: { kind: 'verify-email', userId: '' }, dueAt: later, attempts: 3 }

    await outbox().insertMany([
      { ...letter, createdAt: anHourAgo },
      { ...letter, createdAt: new Date() },
    ] as never)

    expect(none).toEqual([0, 0])
    expect(await gauge('sesame_mails_waiting')).toBe(2)
    expect(await gauge('sesame_oldest_mail_age_seconds')).toBeGreaterThanOrEqual(3600)
  })
})

describe('A database that is away', () => {
  const never = () => new Promise<never>(() => undefined)
  const fails = () => Promise.reject(new Error('away'))

  it.each([
    ['does not answer', never],
    ['refuses', fails],
  ])('is down if it %s, and of what it holds nothing old is told', async (_how, away) => {
    const database = { ping: () => Promise.resolve(), readStats: () => Promise.resolve(SIGNS) }
    const gauge = gauges(database, { ttl: 0, timeout: 10 })
    const before = await Promise.all(NAMES.map(gauge))

    Object.assign(database, { ping: away, readStats: away })

    expect(before).toEqual([5, 2, 30])
    expect(await gauge('sesame_database_up')).toBe(0)
    expect(await Promise.all(NAMES.map(gauge))).toEqual([undefined, undefined, undefined])
  })
})

describe('However often the metrics are asked for', () => {
  it('the database is asked once in a while, and while it hangs not again', async () => {
    const asked: string[] = []
    const counting = (answer: () => Promise<void>): Database => ({
      ping: () => {
        asked.push('ping')
        return answer()
      },
      readStats: async () => {
        asked.push('read')
        await answer()
        return SIGNS
      },
    })
    const calm = gauges(
      counting(() => Promise.resolve()),
      { ttl: 60_000, timeout: 20_000 },
    )
    const hanging = gauges(
      counting(() => new Promise(() => undefined)),
      { ttl: 0, timeout: 10 },
    )

    await Promise.all(Array.from({ length: 20 }, () => calm('sesame_sessions')))
    const calmly = asked.splice(0)
    for (let times = 0; times < 5; times++) await hanging('sesame_sessions')

    expect(calmly.sort()).toEqual(['ping', 'read'])
    expect(asked.sort()).toEqual(['ping', 'read'])
  })
})

// Reads one gauge after the other from a registry that holds nothing else.
function gauges(...[database, pace]: [Database, { ttl: number; timeout: number }]) {
  const registry = new Registry()
  addDatabaseGauges(
    registry,
    { ping: () => database.ping(), readStats: () => database.readStats() },
    pace,
  )
  return async (name: string) => valueOf(await registry.metrics(), name)
}
