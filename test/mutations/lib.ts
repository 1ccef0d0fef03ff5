// Mistakes in the session store and in what becomes of passwords.
import type { Mutation } from './mutation.ts'

const SESSION = 'test/lib/session'

export const lib: Mutation[] = [
  {
    // A database that is away when the purge's minute comes would end the process.
    file: 'lib/session/store.ts',
    from: 'void this.documents.purge().catch(nothing)',
    to: 'void this.documents.purge()',
    tests: [`${SESSION}/purge.test.ts`],
  },
  {
    file: 'lib/session/store.ts',
    from: 'clearInterval(this.purging)',
    to: '',
    tests: [`${SESSION}/public-api.test.ts`, `${SESSION}/purge.test.ts`],
  },
  {
    // The request's own save would take out of the session what another one has put there since.
    file: 'lib/session/store.ts',
    from: 'if (origin) this.origins.set(session, { ...origin, before: changes.snapshot(session) })',
    to: '',
    tests: [`${SESSION}/store.test.ts`, 'test/routes/captcha-once.test.ts'],
  },
  {
    file: 'lib/session/store.ts',
    from: '} else if (this.isClockDue(session)) {',
    to: '} else {',
    tests: [`${SESSION}/store.test.ts`, `${SESSION}/writes.test.ts`],
  },
  {
    file: 'lib/session/cache.ts',
    from: 'this.keep(id, kept) // as the last one used',
    to: '',
    tests: [`${SESSION}/cache.test.ts`],
  },
  {
    file: 'lib/session/cache.ts',
    from: 'take: (id, key) => cache.write(id, () => documents.take(id, key)),',
    to: 'take: (id, key) => documents.take(id, key),',
    tests: [`${SESSION}/store.test.ts`],
  },
  {
    file: 'lib/session/encrypted-documents.ts',
    from: '(data) => without(data, [key]), {}',
    to: '(data) => data, {}',
    tests: [`${SESSION}/store.test.ts`],
  },
  {
    file: 'lib/session/encrypted-documents.ts',
    from: 'const found = await findOneAlive(collection, _id)\n      return found ?',
    to: 'const found = await collection.findOne({ _id })\n      return found ?',
    tests: [`${SESSION}/public-api.test.ts`, `${SESSION}/clock.test.ts`],
  },
  {
    file: 'lib/session/encrypted-documents.ts',
    from: 'collection.find(alive<string>({ owner }))',
    to: 'collection.find({ owner })',
    tests: [`${SESSION}/at-rest.test.ts`],
  },
  {
    // The reason would be gone before its owner could be told.
    file: 'lib/session/documents.ts',
    from: 'deleteMany({ purgeAt: { $lt: new Date() } })',
    to: 'deleteMany({ expires: { $lt: new Date() } })',
    tests: [`${SESSION}/purge.test.ts`],
  },
  {
    file: 'lib/session/clock.ts',
    from: '$gt: new Date(Date.now() + KEPT_FOR_THE_REASON)',
    to: '$gt: new Date()',
    tests: ['test/lib/metrics/database.test.ts'],
  },
  {
    file: 'lib/session/metered.ts',
    from: 'throw error',
    to: 'return undefined as T',
    tests: ['test/lib/metrics/times.test.ts'],
  },
  {
    file: 'lib/session/metered.ts',
    from: '(performance.now() - begun) / 1000',
    to: 'performance.now() - begun',
    tests: ['test/lib/metrics/times.test.ts'],
  },
  {
    file: 'lib/password.ts',
    from: 'outdated ? spendTheSame(password) : undefined',
    to: 'undefined',
    tests: ['test/lib/password.test.ts'],
  },
  {
    file: 'lib/password.ts',
    from: 'Number(passes) < PASSES',
    to: 'Number(passes) <= PASSES',
    tests: ['test/lib/password.test.ts'],
  },
  {
    file: 'lib/password/queue.ts',
    from: 'turns.pendingCount >= MAX_WAITING',
    to: 'turns.pendingCount > MAX_WAITING',
    tests: ['test/lib/password/queue.test.ts'],
  },
  {
    file: 'lib/session/documents.ts',
    from: 'found !== null && found.expires > new Date() && found.ended',
    to: 'found !== null && found.ended',
    tests: [`${SESSION}/public-api.test.ts`, `${SESSION}/clock.test.ts`],
  },
  {
    file: 'lib/session/documents.ts',
    from: '> new Date() && found.ended === undefined',
    to: '> new Date()',
    tests: ['test/middleware/session/current-user.test.ts'],
  },
]
