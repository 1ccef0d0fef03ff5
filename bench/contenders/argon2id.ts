// The check of a password alone, over and over: what a sign-in can't be faster than.
import { verifyPassword, hashPassword } from '../../lib/password.ts'
import { workOnMessage } from './serve.ts'

const PASSWORD = 'a lantern in the cave'
const stored = await hashPassword(PASSWORD)

workOnMessage(async ({ seconds, parallel }) => {
  const began = performance.now()
  let count = 0
  const work = async () => {
    while (performance.now() - began < seconds * 1000) {
      const { ok } = await verifyPassword(PASSWORD, stored)
      if (ok) count++
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))
  return count / ((performance.now() - began) / 1000)
})
