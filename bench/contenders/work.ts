// Work without HTTP, over and over, whenever it is asked for: the check of a password, or drawing captchas.
import { chooseCaptchaText } from '../../lib/captcha.ts'
import { drawCaptcha } from '../../lib/captcha/picture.ts'
import { hashPassword, verifyPassword } from '../../lib/password.ts'
import { sayReady, values } from './serve.ts'

/** For how many seconds to work, and how many at once. */
export type Turn = { seconds: number; parallel: number }

const PASSWORD = 'a lantern in the cave'
const stored = await hashPassword(PASSWORD)

const works = {
  argon2id: () => verifyPassword(PASSWORD, stored), // what a sign-in can't be faster than
  captcha: () => Promise.resolve(drawCaptcha(chooseCaptchaText())),
}
const work = works[values.work]

process.on('message', (turn: Turn) => {
  void measure(turn).then((perSecond) => process.send?.(perSecond))
})
sayReady()

async function measure({ seconds, parallel }: Turn): Promise<number> {
  const began = performance.now()
  let count = 0
  const worker = async () => {
    while (performance.now() - began < seconds * 1000) {
      await work()
      count++
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return count / ((performance.now() - began) / 1000)
}
