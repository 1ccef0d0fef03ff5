// Times what the session store asks of the database, by operation and by how it ended.
import type { Metrics, StoreOperation } from '../metrics.ts'
import type { Documents } from './documents.ts'

/** The same documents, with every operation of a request timed. One that looks for something that is not there ends as `none`. */
export function metered(documents: Documents, metrics: Metrics): Documents {
  const time = async <T>(operation: StoreOperation, work: Promise<T>): Promise<T> => {
    const begun = performance.now()
    const seconds = () => (performance.now() - begun) / 1000
    try {
      const value = await work
      metrics.timeStore(operation, (value ?? null) === null ? 'none' : 'done', seconds())
      return value
    } catch (error) {
      metrics.timeStore(operation, 'failed', seconds())
      throw error
    }
  }
  return {
    ...documents,
    find: (id) => time('get', documents.find(id)),
    insert: (id, session, metadata) => time('set', documents.insert(id, session, metadata)),
    change: (id, changes, clock) => time('set', documents.change(id, changes, clock)),
    move: (id, clock) => time('touch', documents.move(id, clock)),
    take: (id, key) => time('take', documents.take(id, key)),
    remove: (id) => time('destroy', documents.remove(id)),
    end: (filter, reason) => time('end', documents.end(filter, reason)),
  }
}
