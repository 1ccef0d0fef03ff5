// The passwords that everybody tries first: a public list, and the words that belong to this very site (ASVS 6.1.2, 6.2.4, 6.2.11).
import { createRequire } from 'node:module'
import type * as languageCommon from '@zxcvbn-ts/language-common'
import { limits } from '../../config/limits.ts'
import { siteWords } from '../../config/site.ts'
import { composePassword, countCodePoints } from '../code-points.ts'

// What a guesser would add for a site of this name.
const ofSite = siteWords().flatMap((word) => [word, word + word, `${word}123`, `${word}1234`])

// Long favourites of Chinese keyboards that the public list lacks.
const ofKeyboards = [
  'woaini1314',
  'woaini520',
  'woaini521',
  'wodemima',
  'woaini1314520',
  '5201314520',
  'a123456789',
  'aa123456',
  'aa123456789',
  'qq123456',
  'qq123456789',
  'asd123456',
  'zxc123456',
  'qwe123456',
  'abc123456',
  'passwordpassword',
  'qwertyuiopasdfgh',
  '1234567890123456',
]

const require = createRequire(import.meta.url)

// Read when the first password is chosen, because fifty thousand entries would hold up every start of the site.
let common: Set<string> | undefined

/** True if the whole password, whatever its case, is on the list (NIST SP 800-63B-4 compares whole passwords, not parts). */
export function isCommonPassword(password: string): boolean {
  common ??= new Set(
    commonPasswords()
      .map(fold)
      .filter((entry) => countCodePoints(entry) >= limits.passwordMin),
  )
  return common.has(fold(password))
}

/** The whole list, the most common first, also those that are too short to be taken here. */
export function commonPasswords(): string[] {
  const { dictionary } = require('@zxcvbn-ts/language-common') as typeof languageCommon
  return [...dictionary['passwords-common'], ...ofSite, ...ofKeyboards]
}

function fold(text: string): string {
  return composePassword(text).toLowerCase()
}
