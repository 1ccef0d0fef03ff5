// THE REGISTRY: every collection, and what the start, backup, restore, deletion and export of accounts do with it.
import type { IndexSpecification } from 'mongodb'
import mongoose from 'mongoose'

export type IndexOptions = { unique?: boolean; expireAfterSeconds?: number }

type Collection = {
  /** What a backup does with it, and what a restore does with what is there. */
  backup: 'kept' | 'ended' | 'left'
  /**
   * The field with the id of the user whose documents these are, as a text. They are deleted with the account, part of its
   * export, and left out of a restore where the user is not there. Without it, a model of its own does all that.
   */
  owner?: string
  /** Built before the site says it is ready. */
  indexes?: [keys: IndexSpecification, options?: IndexOptions][]
}

const DELETED_WHEN_OVER = { expireAfterSeconds: 0 } // by a real server; the embedded engine leaves it to models/database/purge.ts

/**
 * In the order in which a backup reads them. What belongs to users comes before the users: its owner is read too, unless deleted
 * meanwhile. Reserved names come after them: of somebody who is renamed meanwhile the old name is then kept rather twice than
 * not at all.
 */
export const collections: Record<string, Collection> = {
  activities: { backup: 'kept', indexes: [[{ purgeAt: 1 }]] },
  attempts: {
    backup: 'kept',
    // Without the first, two attempts at the same moment would be counted in two rows. By the second old rows are purged.
    indexes: [
      [{ key: 1 }, { unique: true }],
      [{ expire: -1 }, DELETED_WHEN_OVER],
    ],
  },
  users: { backup: 'kept' }, // their indexes stand in their schema
  reservations: { backup: 'kept', indexes: [[{ until: 1 }, DELETED_WHEN_OVER], [{ userId: 1 }]] },

  // A restored site brings nothing back that has ended, and lets nothing outlive the users it was made for.
  sessions: {
    backup: 'ended',
    // By the first those that are over are purged; by the second they are found by their owner.
    indexes: [[{ purgeAt: 1 }, DELETED_WHEN_OVER], [{ owner: 1, createdAt: -1 }]],
  },
  tokens: { backup: 'ended', indexes: [[{ expires: 1 }, DELETED_WHEN_OVER], [{ userId: 1 }]] },
  answers: { backup: 'ended', indexes: [[{ expires: 1 }, DELETED_WHEN_OVER]] },
  outbox: { backup: 'ended', indexes: [[{ dueAt: 1 }]] },
  'caught-mails': { backup: 'ended' },

  // Of this site, and not of the one that a backup is restored to.
  maintenance: { backup: 'left' },

  // What was cut off is finished or found undone, whoever is there.
  unfinished: { backup: 'left' },
}

/** The collections of a backup, in the order in which it reads them. */
export function keptCollections(): string[] {
  return namesWith(({ backup }) => backup === 'kept')
}

/** The collections that a restore empties. */
export function endedCollections(): string[] {
  return namesWith(({ backup }) => backup === 'ended')
}

/** The collections whose documents belong to one user each, with the field that says to whom. */
export function ownedCollections() {
  return Object.entries(collections).flatMap(([name, { owner }]) =>
    owner === undefined ? [] : [{ name, owner }],
  )
}

/** The collections of this database that are not in the registry. Those of lessons and of a restore under way are nobody's. */
export async function findUnregistered(): Promise<string[]> {
  const names = (await mongoose.connection.listCollections()).map(({ name }) => name)
  return names.filter(
    (name) => !(name in collections) && !/^(lesson-|restoring|system\.)/.test(name),
  )
}

/** Delete what belongs to a user in the collections that name their owner. */
export async function deleteOwned(userId: string): Promise<void> {
  for (const { name, owner } of ownedCollections()) {
    await mongoose.connection.collection(name).deleteMany({ [owner]: userId })
  }
}

/** What belongs to a user in the collections that name their owner, by collection. */
export async function findOwned(userId: string): Promise<Record<string, object[]>> {
  const found: Record<string, object[]> = {}
  for (const { name, owner } of ownedCollections()) {
    found[name] = await mongoose.connection
      .collection(name)
      .find({ [owner]: userId })
      .toArray()
  }
  return found
}

function namesWith(isWanted: (collection: Collection) => boolean): string[] {
  return Object.entries(collections).flatMap(([name, one]) => (isWanted(one) ? [name] : []))
}
