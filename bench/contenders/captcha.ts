// Drawing captchas alone, one after the other.
import { chooseCaptchaText } from '../../lib/captcha.ts'
import { drawCaptcha } from '../../lib/captcha/picture.ts'
import { workOnMessage } from './serve.ts'

workOnMessage(({ seconds }) => {
  const began = performance.now()
  let count = 0
  while (performance.now() - began < seconds * 1000) {
    drawCaptcha(chooseCaptchaText())
    count++
  }
  return Promise.resolve(count / ((performance.now() - began) / 1000))
})
