// Work without HTTP, over and over for SECONDS: the check of a password, or drawing captchas. Prints how often it was done a second.
import { chooseCaptchaText } from '../../lib/captcha.ts'
import { drawCaptcha } from '../../lib/captcha/picture.ts'
import { hashPassword, verifyPassword } from '../../lib/password.ts'

const { WORK, SECONDS, PARALLEL } = process.env
const password = 'a lantern in the cave'
const stored = await hashPassword(password)
const work =
  WORK === 'argon2id'
    ? () => verifyPassword(password, stored) // what a sign-in can't be faster than
    : () => drawCaptcha(chooseCaptchaText())

await work() // the first one loads what it needs
const began = performance.now()
const secondsSince = () => (performance.now() - began) / 1000
let count = 0
await Promise.all(Array.from({ length: Number(PARALLEL) }, repeat))
console.log(count / secondsSince())

async function repeat(): Promise<void> {
  while (secondsSince() < Number(SECONDS)) {
    await work()
    count++
  }
}
