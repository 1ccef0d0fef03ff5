// What an address of a MongoDB may decide and what not, and what a message about one that can't be reached keeps to itself.
import { MongoClient } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { commandOptions, connectOptions, serverWrites } from '../../config/database.ts'
import { connectMongodb } from '../../lib/mongodb.ts'
import { StartProblem } from '../../lib/start-problem.ts'

describe('connectMongodb', () => {
  // All of them are malformed, so that the driver refuses them before it looks for a server.
  it.each([
    ['a slash', 'mongodb://sesame:geh/eim@db.example'],
    ['an at sign', 'mongodb://sesame:geh@eim@db.example'],
    ['a colon', 'mongodb://sesame:geh:eim@db.example'],
    ['a question mark', 'mongodb://sesame:geh?eim@db.example'],
    ['a percent sign', 'mongodb://sesame:geh%eim@db.example'],
  ])('never shows a password, not even one with %s in it', async (_what, url) => {
    const problem = await connectMongodb(url).catch((error: unknown) => error)

    expect(problem).toBeInstanceOf(StartProblem)
    expect(String(problem)).toContain('No MongoDB answered at mongodb://sesame:***@db.example')
    expect(String(problem)).not.toMatch(/geh|eim/)
  })

  it('shows no options, which can be secrets too', async () => {
    const url = 'mongodb://db.example/?tlsCertificateKeyFilePassword=geheim&nonsense=1'

    const problem = await connectMongodb(url).catch((error: unknown) => error)

    expect(problem).toBeInstanceOf(StartProblem)
    expect(String(problem)).toContain('No MongoDB answered at mongodb://db.example/ (')
    expect(String(problem)).not.toContain('geheim')
  })
})

const { autoIndex: _autoIndex, bufferCommands: _bufferCommands, ...driverOptions } = connectOptions

// A client that is made and never connected: what it would ask of a server is decided by then.
describe.each([
  ['the site', connectOptions],
  ['a command', commandOptions],
])('Whatever MONGO_URL says, %s', (_who, { autoIndex, bufferCommands, ...options }) => {
  const optionsWith = (query: string) =>
    new MongoClient(`mongodb://db.example/?${query}`, { ...options, writeConcern: serverWrites })
      .options

  it('keeps the options that are mongoose’s own', () => {
    expect({ autoIndex, bufferCommands }).toEqual({ autoIndex: false, bufferCommands: false })
  })

  it.each(['secondaryPreferred', 'secondary', 'nearest', 'primaryPreferred'])(
    'reads from the primary alone, not from %s: no other member knows of every sign-out',
    (mode) => {
      for (const query of [
        `readPreference=${mode}`,
        `readPreference=${mode}&readPreferenceTags=dc:east`,
      ]) {
        expect(optionsWith(query).readPreference.mode).toBe('primary')
      }
    },
  )

  it('refuses an address that allows stale reads', () => {
    expect(() => optionsWith('readPreference=nearest&maxStalenessSeconds=120')).toThrow(
      'Primary read preference cannot be combined with maxStalenessSeconds',
    )
  })

  it.each(['available', 'majority', 'linearizable'])(
    'reads what the primary knows now, not what is %s',
    (level) => {
      expect(optionsWith(`readConcernLevel=${level}`).readConcern.level).toBe('local')
    },
  )

  it('gives up when config/database.ts says so (ASVS 13.1.3)', () => {
    const { socketTimeoutMS, waitQueueTimeoutMS, serverSelectionTimeoutMS, connectTimeoutMS } =
      options
    const timeouts = {
      socketTimeoutMS,
      waitQueueTimeoutMS,
      serverSelectionTimeoutMS,
      connectTimeoutMS,
    }
    const query = Object.keys(timeouts).map((name) => `${name}=3600000`)

    expect(optionsWith(query.join('&'))).toMatchObject(timeouts)
  })

  it('opens at most 100 connections to a server, unless told another number (ASVS 13.1.2)', () => {
    expect(optionsWith('').maxPoolSize).toBe(100)
    expect(optionsWith('maxPoolSize=20').maxPoolSize).toBe(20)
  })

  it.each(['w=0', 'w=1&journal=false'])(
    'waits for the journal of most members, not for %s',
    (query) => {
      expect(optionsWith(query).writeConcern).toMatchObject(serverWrites)
    },
  )
})

describe('A page', () => {
  // Of a member that falls silent the driver gives up the command with its connection, and tries it once more: at a member
  // that it has to find, or on a connection that it has to open.
  it('has its 503 within two seconds, also where its command is tried once more', () => {
    const { socketTimeoutMS, serverSelectionTimeoutMS, waitQueueTimeoutMS, connectTimeoutMS } =
      new MongoClient('mongodb://db.example', driverOptions).options

    const again = Math.max(serverSelectionTimeoutMS, waitQueueTimeoutMS)
    expect(socketTimeoutMS + again).toBeLessThan(2000)
    expect(connectTimeoutMS).toBeGreaterThan(waitQueueTimeoutMS)
  })
})
