// Everything that is kept about a person, as a file: complete, without a hash, and for nobody else.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { usersOf } from '../../documents.ts'
import { openSite, uniqueUsername, validPassword, type Site } from '../../helper.ts'

const PATH = '/account/export'

type Export = {
  account: { username: string; email: string }
  sessions: { address: string; agent: string }[]
  events: { event: string }[]
  signIns: { outcome: string }[]
  countedAttempts: { limit: string; points: number; network?: string }[]
  reservedNames: { name: string }[]
}

let site: Site
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on' })
})
afterAll(() => site.close())

describe(`GET ${PATH}`, () => {
  it('answers everything that is kept, as one file of JSON that no cache keeps', async () => {
    const visitor = site.visitor()
    const { username: before = '', email = '' } = await visitor.registerAndSignIn()
    const username = uniqueUsername()
    await visitor.fill('/account/username', { username, current: validPassword })
    await site.visitor().signIn({ username }, { 'User-Agent': 'A phone' })
    await site.visitor().signIn({ username, password: 'wrong' })

    const answer = await visitor.get(PATH)

    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': expect.stringMatching(
        /^attachment; filename=.*-account\.json"?$/,
      ) as string,
      'cache-control': 'no-store',
    })
    const kept = JSON.parse(answer.text) as Export
    expect(kept.account).toMatchObject({ username, email })
    expect(kept.sessions.map(({ agent }) => agent)).toContain('A phone')
    expect(kept.events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['registered', 'sign-in', 'username-changed', 'sign-in-failed']),
    )
    expect(kept.signIns.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'refused'])
    expect(kept.countedAttempts).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ limit: 'account', points: 1 }),
        expect.objectContaining({ limit: 'name', points: 1, network: '127.0.0.1' }),
      ]),
    )
    expect(kept.reservedNames).toMatchObject([{ name: before }])
  })

  it('has every word, number and time that any collection holds of the member, but hashes', async () => {
    const visitor = site.visitor()
    const { username: before = '', email = '' } = await visitor.registerAndSignIn()
    const username = uniqueUsername()
    const current = validPassword
    const phone = site.visitor()
    await visitor.fill('/account/username', { username, current })
    await visitor.fill('/account/email', { email: `new-${email}` })
    await phone.signIn({ username }, { 'User-Agent': 'A phone' })
    await site.visitor().signIn({ username, password: 'wrong' })
    await visitor.fill('/account/sessions', {})
    await site.mails()
    const id = String((await usersOf(site).findOne({ username }))?._id)
    const at = { createdAt: new Date(1), dueAt: new Date(Date.now() + 60_000), attempts: 3 }
    const letter = { kind: 'password-reset', email: email.toUpperCase() }
    await site.database.collection('outbox').insertOne({ letter, locale: 'en', ...at })

    const names = [id, username, before, email, email.toUpperCase()]
    const words = [...names, ...[id, username, email].map(hashOf)]
    const stored: Record<string, unknown[]> = {}
    for (const { name } of await site.database.listCollections()) {
      const all = await site.database.collection(name).find().toArray()
      const mine = all.filter((one) => words.some((word) => JSON.stringify(one).includes(word)))
      if (mine.length > 0) stored[name] = leavesOf(JSON.parse(JSON.stringify(mine)))
    }
    const { 'caught-mails': _sent, ...kept } = stored // they stand for mails that lie in a mailbox

    const { text } = await visitor.get(PATH)

    const exported = leavesOf(JSON.parse(text))
    const missing = Object.entries(kept).map(([name, leaves]) => [
      name,
      leaves.filter((leaf) => !exported.includes(leaf) && !isHidden(leaf)),
    ])
    const collections = [
      'activities',
      'attempts',
      'outbox',
      'reservations',
      'sessions',
      'tokens',
      'users',
    ]
    expect(Object.fromEntries(missing)).toEqual(
      Object.fromEntries(collections.map((one) => [one, []])),
    )
  })

  it('holds no hash and no id that a cookie or a link could carry (ASVS 14.2.6)', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.registerAndSignIn()

    const { text } = await visitor.get(PATH)

    const user = await usersOf(site).findOne({ username })
    const session = await site.database
      .collection('sessions')
      .findOne({ owner: user?._id.toString() })
    expect(text).not.toMatch(/argon2|[0-9a-f]{32}/)
    expect(text).not.toContain(String(session?._id))
    expect(text).not.toContain(decodeURIComponent(visitor.cookie('sid') ?? '').slice(2, 20))
  })

  it('leads who is not signed in to the sign-in page', async () => {
    const { status, headers } = await site.visitor().get(PATH)

    expect([status, headers.location]).toEqual([303, '/login?next=%2Faccount%2Fexport'])
  })
})

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

// Hashes, keys of counters, which the export tells in words, and ids that mean nothing to anybody.
function isHidden(leaf: unknown): boolean {
  return /^([0-9a-f]{64}|[0-9a-f]{24}|\$argon2id\$.*|(account|name|daily|device|confirmation|unconfirmed):.*)$/.test(
    String(leaf),
  )
}

/** Every value in it, but of keys that are the database's own. */
function leavesOf(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    return value.flatMap(leavesOf)
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([key]) => !['version', 'purgeAt'].includes(key))
    return entries.flatMap(([, inner]) => leavesOf(inner))
  } else {
    return [value]
  }
}
