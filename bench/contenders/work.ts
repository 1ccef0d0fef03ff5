// Work without HTTP, over and over for SECONDS: the check of a password, drawing captchas, or a way to read a session. Prints how often it was done a second, and its processor time in ms.
import { chooseCaptchaText } from '../../lib/captcha.ts'
import { drawCaptcha } from '../../lib/captcha/picture.ts'
import { hashPassword, verifyPassword } from '../../lib/password.ts'
import { openReads } from './reads.ts'

const { WORK = '', SECONDS, PARALLEL, MONGO_URL } = process.env
const password = 'a lantern in the cave'
const stored = await hashPassword(password)
const kinds: Record<string, () => unknown> = {
  argon2id: () => verifyPassword(password, stored), // what a sign-in can't be faster than
  captcha: () => drawCaptcha(chooseCaptchaText()),
  ...(MONGO_URL ? await openReads(MONGO_URL) : {}),
}
const work = kinds[WORK] ?? (() => Promise.reject(new Error(`There is no work "${WORK}"`)))

await repeatFor(Number(SECONDS)) // the first ones load what they need, and V8 compiles what is called often
const before = process.cpuUsage()
const began = performance.now()
const count = await repeatFor(Number(SECONDS))
const { user, system } = process.cpuUsage(before)
console.log((count / (performance.now() - began)) * 1000, (user + system) / 1000 / count)
process.exit() // connections would keep it

async function repeatFor(seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000
  let done = 0
  const repeat = async () => {
    while (performance.now() < end) {
      await work()
      done++
    }
  }
  await Promise.all(Array.from({ length: Number(PARALLEL) }, repeat))
  return done
}
