// The picture captcha: a text chosen by a cryptographic random source, drawn by svg-captcha.
import { randomInt } from 'node:crypto'
import svgCaptcha from 'svg-captcha'
import { limits } from '../config/limits.ts'

// Without what looks alike in print: 0 O Q D, 1 I L J, 2 Z, 5 S, 8 B, 6 G, U V.
const ALPHABET = 'ACEFHKMNPRTWXY3479'

// svg-captcha is itself the function that draws a given text; its types know just the helpers that choose one with Math.random.
const draw = svgCaptcha as unknown as (text: string, options: object) => string

/** Choose a text nobody can foretell. */
export function chooseCaptchaText(): string {
  return Array.from(
    { length: limits.captchaLength },
    () => ALPHABET[randomInt(ALPHABET.length)],
  ).join('')
}

/** Draw a text as an SVG picture. */
export function drawCaptcha(text: string): string {
  return draw(text, {
    width: 160,
    height: 56,
    fontSize: 56,
    noise: 2,
    color: true,
    background: '#f4f6fb',
  })
}

/** True if the answer is the text, whatever its case and the space around it. A missing answer never equals a missing captcha. */
export function isCaptchaAnswer(answer: string, text: string | undefined): boolean {
  const folded = fold(answer)
  return text !== undefined && folded !== '' && folded === fold(text)
}

// NFKC turns the full-width letters of a Chinese keyboard into ordinary ones.
function fold(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}
