// A replica set of three as the driver sees one, on top of one engine: a test elects, deposes and cuts off its members.
// All of them hold the same data at any moment: there is neither lag nor rollback, and nobody but the test elects.
import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ObjectId, type Binary, type Document } from 'mongodb'
import { WRITES } from './cut-off.ts'
import { openProxy, type Proxy } from './proxy.ts'
import { answerTo, bodyOf, messagesFrom, withBody } from './wire-messages.ts'

const NAME = 'sesame'
const CARELESS = '&readPreference=secondaryPreferred&readConcernLevel=majority&w=1&journal=false'
const HELLO = ['hello', 'isMaster', 'ismaster']
const OF_ANY_MEMBER = ['ping', 'endSessions'] // which a driver may send to any
const NOT_WRITABLE = { code: 10107, codeName: 'NotWritablePrimary', errmsg: 'not primary' }
const NOT_READABLE = { code: 13435, codeName: 'NotPrimaryNoSecondaryOk', errmsg: 'not primary' }
const INTERRUPTED = { code: 11602, codeName: 'InterruptedDueToReplStateChange', errmsg: 'broken' }
const STEPPED_DOWN = { code: 189, codeName: 'PrimarySteppedDown', errmsg: 'not confirmed' }

/** A command that came to a member, but for those that every member gets. */
export type Received = { member: number; name: string; command: Document }

/** How a write is answered that was under way when its primary stepped down: with an error, or as one that no majority confirmed. */
export type Manner = 'interrupted' | 'unconfirmed'

type Member = { host: string; wire: Proxy; term: number } // the term that it is primary of, or 0
type Ask = () => Promise<Document>

/** Open the three members in front of an engine whose address names a Unix socket. The first is primary. */
export async function openReplicaSet(engineUrl: string) {
  const [, engine = ''] = /^mongodb:\/\/([^/?]+)/.exec(engineUrl) ?? []
  const folder = await mkdtemp(join(tmpdir(), 'sesame-set-'))
  const members: Member[] = []
  const received: Received[] = []
  const arrivals = new EventEmitter()
  const done = new Map<string, Document>() // answers to writes: one that is tried again is not done again
  let lastTerm = 1
  let manner: Manner = 'interrupted'

  const answer = async (member: Member, command: Document, ask: Ask): Promise<Document> => {
    const [name = ''] = Object.keys(command)
    if (HELLO.includes(name)) return { ...(await ask()), ...introduce(member, members) }
    if (OF_ANY_MEMBER.includes(name)) return ask()
    received.push({ member: members.indexOf(member), name, command })
    const isWrite = WRITES.includes(name)
    if (isWrite) arrivals.emit('write')
    const { term } = member
    if (term === 0) {
      if (isWrite) return failed(NOT_WRITABLE, command)
      return command.$readPreference ? ask() : failed(NOT_READABLE, command)
    }
    const number = numberOf(command)
    const reply = done.get(number) ?? (await ask())
    if (reply.ok !== 1) return reply
    if (number !== '') done.set(number, reply)
    if (member.term === term) return reply
    if (manner === 'interrupted') return failed(INTERRUPTED, command)
    return isWrite ? { ...reply, ...labelsOf(command), writeConcernError: STEPPED_DOWN } : reply
  }

  const servers: Server[] = []
  for (const number of [0, 1, 2]) {
    const path = join(folder, String(number))
    const server = createServer((front) => {
      const back = connect(decodeURIComponent(engine))
      void serve(front, back, (command, ask) => answer(memberOf(members, number), command, ask))
    })
    await once(server.listen(path), 'listening')
    const wire = await openProxy(`mongodb://${encodeURIComponent(path)}`)
    servers.push(server)
    members.push({ host: new URL(wire.url).host, wire, term: number === 0 ? lastTerm : 0 })
  }

  return {
    /** The address of a database, as careless as it can be: it would have other members read, and writes not waited for. */
    urlOf: (database: string) =>
      `mongodb://${members.map(({ host }) => host).join()}/${database}?replicaSet=${NAME}${CARELESS}`,
    received,
    /** The wire to a member: to cut, to freeze and to mend. */
    wireOf: (number: number): Proxy => memberOf(members, number).wire,
    /** Resolves when a primary has received a write and not yet answered it. */
    writeUnderWay: () => once(arrivals, 'write'),
    /** Leave the set without a primary. */
    stepDown: (how: Manner) => {
      manner = how
      for (const member of members) member.term = 0
    },
    /** Make a member primary. Whoever was one before, and has not stepped down, goes on believing that it is. */
    elect: (number: number) => {
      memberOf(members, number).term = ++lastTerm
    },
    close: async () => {
      for (const { wire } of members) await wire.cut()
      for (const server of servers) server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function memberOf(members: Member[], number: number): Member {
  const member = members[number]
  if (!member) throw new Error(`There is no member ${number}`)
  return member
}

// What a member says of itself and of the others. Without "topologyVersion" the driver asks again and again, and waits for no news.
function introduce({ host, term }: Member, members: Member[]): Document {
  const primary = members.toSorted((one, other) => other.term - one.term).find((one) => one.term)
  return {
    setName: NAME,
    setVersion: 1,
    hosts: members.map((one) => one.host),
    me: host,
    ...(primary ? { primary: term ? host : primary.host } : {}),
    isWritablePrimary: term > 0,
    ismaster: term > 0,
    secondary: term === 0,
    // By its order a driver tells a primary that was deposed and has not noticed.
    ...(term ? { electionId: new ObjectId(`7fffffff${String(term).padStart(16, '0')}`) } : {}),
    logicalSessionTimeoutMinutes: 30, // so that the driver numbers its writes and tries them again
    topologyVersion: undefined,
  }
}

// The number by which a write that is tried again is known, or ''.
function numberOf({ lsid, txnNumber }: Document): string {
  if (txnNumber === undefined) return ''
  return `${(lsid as { id: Binary }).id.toString('hex')} ${String(txnNumber)}`
}

function failed(error: Document, command: Document): Document {
  return { ok: 0, ...error, ...labelsOf(command) }
}

function labelsOf(command: Document): Document {
  return numberOf(command) === '' ? {} : { errorLabels: ['RetryableWriteError'] }
}

// One connection: a command after the other, each with a way to ask the engine.
async function serve(
  front: Socket,
  back: Socket,
  answer: (command: Document, ask: Ask) => Promise<Document>,
): Promise<void> {
  for (const socket of [front, back]) socket.on('error', () => undefined) // the loop below ends as well
  front.on('close', () => back.destroy())
  try {
    const answers = messagesFrom(back)
    for await (const message of messagesFrom(front)) {
      const command = bodyOf(message)
      const ask = async () => {
        // The engine knows neither sessions nor numbers.
        const { lsid: _lsid, txnNumber: _number, ...plain } = command
        back.write(withBody(message, plain))
        const { value } = await answers.next()
        if (!value) throw new Error('The engine is gone')
        return bodyOf(value)
      }
      front.write(answerTo(message, await answer(command, ask)))
    }
  } catch {
    // Somebody cut the wire.
  } finally {
    front.destroy()
    back.destroy()
  }
}
