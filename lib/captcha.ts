// The captcha: the text of a picture, chosen by a cryptographic random source, and which answers count.
import { limits } from '../config/limits.ts'
import { tidyText } from './code-points.ts'
import { pick } from './captcha/random.ts'

// Without what looks alike in print: 0 O Q D, 1 I L J, 2 Z, 5 S, 8 B, 6 G, U V; and M W, too wide to stand apart from their neighbours.
const ALPHABET = 'ACEFHKNPRTXY3479'

/** Choose a text nobody can foretell. */
export function chooseCaptchaText(): string {
  return Array.from({ length: limits.captchaLength }, () => pick(ALPHABET)).join('')
}

/** True if the answer is one of those expected, whatever its case and the space around it. A missing answer never equals a missing captcha. */
export function isCaptchaAnswer(answer: string, expected: string[] | undefined): boolean {
  const folded = fold(answer)
  return folded !== '' && expected?.some((one) => fold(one) === folded) === true
}

// Full-width letters of a Chinese keyboard are ordinary ones.
function fold(text: string): string {
  return tidyText(text).toLowerCase()
}
