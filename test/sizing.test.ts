// What a visit asks of the database, counted on the wire: docs/sizing.md tells these numbers. `npm run sizing` writes them there.
import { join } from 'node:path'
import { format } from 'oxfmt'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import style from '../.oxfmtrc.json' with { type: 'json' }
import { root } from '../config/paths.ts'
import { connectMongodb } from '../lib/mongodb.ts'
import { findWholeActivity } from '../models/account/activity.ts'
import { buildIndexes } from '../models/database/indexes.ts'
import { Postman } from '../models/mail/postman.ts'
import { WRITES } from './cut-off.ts'
import { sessionsOf } from './documents.ts'
import { openSite, type Site } from './helper.ts'
import { read } from './project-files.ts'
import { openReplicaSet, type Received } from './replica-set.ts'
import { newPerson, Visitor } from './visitor.ts'

/** A request, and the collections that it read and wrote, one for each command. */
type Row = { request: string; reads: string[]; writes: string[] }

type Filter = { _id?: unknown } | undefined

const DOCUMENT = 'docs/sizing.md'
const [START, END] = ['<!-- counts -->', '<!-- /counts -->']
const TIMEOUT = { timeout: 60_000, interval: 20 } // for a busy machine
const SIGN_IN = '`POST /login`'
const FAILED_SIGN_IN = '— that is refused'
const NOBODY = 'nobody' // whose events are read only to wait for those that are being written
// Read every two seconds by each process, and written only where there is no mail server.
const NOT_OF_A_REQUEST = ['maintenance', 'caught-mails']

let set: Awaited<ReturnType<typeof openReplicaSet>>
let site: Site
beforeAll(async () => {
  set = await openReplicaSet(inject('mongoUrl'))
  await connectMongodb(set.urlOf(`test-sizing-${process.pid}`))
  await buildIndexes()
  site = await openSite({ THROTTLE: 'on' })
  await site.postman.stop() // so that it does not look for letters while others are counted
})
afterAll(async () => {
  await site.close()
  await set.close()
})

describe(DOCUMENT, () => {
  it('tells what each request asks of the database today', async () => {
    const rows = await countAll()

    const { text } = read(DOCUMENT)
    const [before = '', rest = ''] = text.split(START)
    const [, after = ''] = rest.split(END)
    const filepath = join(root, DOCUMENT)
    const written = [before + START, textOf(rows), END + after].join('\n\n')
    const { code } = await format(filepath, written, style)
    await expect(code).toMatchFileSnapshot(filepath)
  })

  it('calculates with the sign-in that it has counted', () => {
    const { text } = read(DOCUMENT)
    const [, counted] = /a whole sign-in, .* is \*\*(.+?)\*\*/i.exec(text) ?? []

    expect(text).toContain(`a sign-in is ${counted}`)
  })
})

// Visits are counted until two cost the same: the first ones of a process also purge, or read what it then remembers.
async function countAll(): Promise<Row[]> {
  let last: Row[] = []
  return vi.waitFor(async () => {
    const before = last
    last = await countVisit()
    expect(last).toEqual(before)
    return last
  }, TIMEOUT)
}

// Each form is counted without its page and its picture, which have rows of their own.
class CountedVisitor extends Visitor {
  override async post(...request: Parameters<Visitor['post']>) {
    set.received.length = 0
    return super.post(...request)
  }
}

async function countVisit(): Promise<Row[]> {
  const visitor = new CountedVisitor(site.app)
  const stranger = new CountedVisitor(site.app)
  const rows: Row[] = []
  const count = async (request: string, act: () => Promise<unknown>) => {
    set.received.length = 0
    await act()
    await settle()
    rows.push({ request, ...countsOf(set.received) })
  }
  const person = newPerson()
  const { username, password } = person

  await count('first page, `/login`, `/register`', async () => {
    for (const path of ['/', '/login', '/register']) await visitor.get(path)
  })
  await count('`/captcha`', () => visitor.get('/captcha'))
  await count('`POST /register`', () => visitor.register(person))
  await count('— its letter, after the answer', sendLetter)
  await count(SIGN_IN, () => visitor.signIn({ username, password }))
  await count(FAILED_SIGN_IN, () => stranger.signIn({ username, password: 'not this lantern' }))
  await count('a signed-in page, such as `/home`', () => visitor.get('/home'))
  await sessionsOf(site).updateMany({}, { $set: { lastActive: new Date(0) } })
  await count('— the first in a minute', () => visitor.get('/home'))
  await count('`/account`', () => visitor.get('/account'))
  await count('`/account/sessions`', () => visitor.get('/account/sessions'))
  await count('`POST /logout`', () => visitor.fill('/logout', {}))
  return rows
}

async function sendLetter(): Promise<void> {
  const nothing = () => undefined
  const postman = new Postman(site.settings, { debug: nothing, warn: nothing, error: nothing })
  const findLast = () =>
    set.received.findIndex(({ name, command }) => name === 'delete' && command.delete === 'outbox')
  await vi.waitUntil(() => findLast() !== -1, TIMEOUT)
  await postman.stop()
  set.received.length = findLast() + 1 // what it does then is to look for the next one
}

// What nobody waits for is there too: an account's events, and the answer to a form, which is kept for a repeat.
async function settle(): Promise<void> {
  await findWholeActivity(NOBODY)
  const ofAnswers = (names: string[]) =>
    set.received.filter(({ name, command }) => command[name] === 'answers' && names.includes(name))
  await vi.waitUntil(
    () => ofAnswers(['insert']).length === ofAnswers(['update', 'delete']).length,
    TIMEOUT,
  )
}

function countsOf(received: Received[]): Omit<Row, 'request'> {
  const ofRequest = received
    .filter(({ command }) => (command.filter as Filter)?._id !== NOBODY)
    .map(({ name, command }) => ({ name, collection: String(command[name]) }))
    .filter(({ collection }) => !NOT_OF_A_REQUEST.includes(collection))
  const collectionsOf = (isWrite: boolean) =>
    ofRequest
      .filter(({ name }) => WRITES.includes(name) === isWrite)
      .map(({ collection }) => collection)
      .sort()
  return { reads: collectionsOf(false), writes: collectionsOf(true) }
}

function textOf(rows: Row[]): string {
  const lines = rows.map(({ request, reads, writes }) =>
    [request, reads.length, writes.length, listOf(reads), listOf(writes)].join(' | '),
  )
  const head = ['request', 'reads', 'writes', 'reads from', 'writes to']
  const [captcha, whole, failed] = ['`/captcha`', SIGN_IN, FAILED_SIGN_IN].map((request) =>
    rows.find((row) => row.request === request),
  )
  return [
    [head.join(' | '), head.map(() => '---').join(' | '), ...lines]
      .map((line) => `| ${line} |`)
      .join('\n'),
    `A whole sign-in, with its captcha, is **${sumOf(captcha, whole)}**. A failed one is ${sumOf(captcha, failed)}.`,
  ].join('\n\n')
}

function sumOf(...rows: (Row | undefined)[]): string {
  const reads = rows.flatMap((row) => row?.reads ?? [])
  const writes = rows.flatMap((row) => row?.writes ?? [])
  return `${reads.length} reads and ${writes.length} writes`
}

// Each collection once, with how often.
function listOf(collections: string[]): string {
  return [...new Set(collections)]
    .map((name) => {
      const times = collections.filter((one) => one === name).length
      return times === 1 ? `\`${name}\`` : `\`${name}\` ${times}`
    })
    .join(', ')
}
