// Sessions encrypted at rest: each document is written as a whole, so a version number keeps overlapping requests apart.
import { BSON, type Collection } from 'mongodb'
import type { Data } from './changes.ts'
import type { Clock } from './clock.ts'
import type { Encryption } from './encryption.ts'
import {
  alive,
  commonOperations,
  findOneAlive,
  type Documents,
  type SessionDocument,
} from './documents.ts'

type EncryptedDocument = SessionDocument<string>

const MAX_TRIES = 200 // each failure is another request's success, so this many mean that something else is wrong

/** Store sessions encrypted, with the same promises: a change of one key never undoes another's change of a second. */
export function encryptedDocuments(
  collection: Collection<EncryptedDocument>,
  encryption: Encryption,
): Documents {
  const encrypt = (data: Data, id: string) =>
    encryption.encrypt(BSON.EJSON.stringify(data, { relaxed: false }), id)
  const decrypt = async ({ _id, session = '' }: EncryptedDocument) =>
    BSON.EJSON.parse(await encryption.decrypt(session, _id), { relaxed: true }) as Data
  // What can't be decrypted was written with another key, with none, or into another document: it is over, like any session that is not there.
  const decrypted = async (document: EncryptedDocument): Promise<SessionDocument | undefined> =>
    decrypt(document).then(
      (session) => ({ ...document, session }),
      () => undefined,
    )

  // Read, edit, and write if nobody wrote in between; otherwise do it again on what they wrote.
  async function rewrite(_id: string, edit: (data: Data) => Data, clock: Partial<Clock>) {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const found = await findOneAlive(collection, _id)
      if (!found) return undefined
      const data = await decrypt(found)
      const { matchedCount } = await collection.updateOne(
        alive<string>({ _id, version: found.version }),
        { $set: { ...clock, session: await encrypt(edit(data), _id) }, $inc: { version: 1 } },
      )
      if (matchedCount > 0) return data
    }
    throw new Error('A session was written by others all the time')
  }

  return {
    ...commonOperations(collection),

    find: async (_id) => {
      const found = await findOneAlive(collection, _id)
      return found ? decrypted(found) : undefined
    },

    insert: async (_id, session, metadata) => {
      const { session: _plain, ...fields } = metadata
      const { upsertedCount } = await collection.updateOne(
        { _id },
        {
          $set: { ...fields, session: await encrypt(session, _id) },
          $setOnInsert: { createdAt: new Date(), version: 0 },
        },
        { upsert: true },
      )
      return upsertedCount > 0
    },

    change: async (_id, { set, unset }, clock) => {
      const edit = (data: Data) => ({ ...without(data, unset), ...set })
      return (await rewrite(_id, edit, clock)) !== undefined
    },

    take: async (_id, key) => (await rewrite(_id, (data) => without(data, [key]), {}))?.[key],

    ofOwner: async (owner) => {
      const found = await collection.find(alive<string>({ owner })).toArray()
      return (await Promise.all(found.map(decrypted))).filter((one) => one !== undefined)
    },
  }
}

function without(data: Data, keys: string[]): Data {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !keys.includes(key)))
}
