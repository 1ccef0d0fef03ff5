// The queue of password hashes: so many at once as leave a core free, and a flood is refused instead of kept waiting.
import { availableParallelism } from 'node:os'
import { afterEach, expect, it } from 'vitest'
import { hashPassword, usePepper, verifyPassword } from '../../../lib/password.ts'
import { enqueue, setConcurrency, TooManyHashes } from '../../../lib/password/queue.ts'
import { deferred } from '../../deferred.ts'

const MAX_WAITING = 500

let release: () => void
afterEach(() => {
  release()
  setConcurrency(1)
})

/** Work that does not end before `release` is called. */
function holdQueue(count: number) {
  const gate = deferred()
  release = gate.resolve
  let running = 0
  const works = Array.from({ length: count }, () =>
    enqueue(() => {
      running++
      return gate.promise
    }),
  )
  return { works, running: () => running }
}

it('As many hashes are made at once as leave a core free', async () => {
  const cores = availableParallelism()
  setConcurrency(1)
  const { works, running } = holdQueue(cores + 1)
  await Promise.resolve()
  const atOnce = running()

  release()
  await Promise.all(works)

  expect(atOnce).toBe(Math.max(1, cores - 1))
  expect(running()).toBe(cores + 1)
})

it('Several processes of a site share the cores, and each has one at least', async () => {
  setConcurrency(availableParallelism())

  const { running } = holdQueue(3)
  await Promise.resolve()

  expect(running()).toBe(1)
})

it('A flood of passwords is refused at once, and those that wait already are not (ASVS 6.3.1)', async () => {
  setConcurrency(availableParallelism()) // one at once
  const { works } = holdQueue(1 + MAX_WAITING)

  await expect(enqueue(() => Promise.resolve())).rejects.toThrow(TooManyHashes)
  release()

  await expect(Promise.all(works)).resolves.toHaveLength(1 + MAX_WAITING)
})

it('A sign-in during a flood is refused alike for a known and an unknown user, and both can try again after it (ASVS 6.3.8)', async () => {
  const stored = await hashPassword('a password')
  usePepper(undefined) // what unknown users are compared with has yet to be made
  setConcurrency(availableParallelism()) // one at once
  const { works } = holdQueue(1 + MAX_WAITING)

  for (const one of [stored, undefined]) {
    await expect(verifyPassword('a password', one)).rejects.toThrow(TooManyHashes)
  }
  release()
  await Promise.all(works)

  expect(await verifyPassword('a password', stored)).toEqual({ ok: true, damaged: false })
  expect(await verifyPassword('a password', undefined)).toEqual({ ok: false, damaged: false })
})
