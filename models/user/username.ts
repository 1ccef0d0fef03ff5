// What a username may be.
import { limits } from '../../config/limits.ts'
import { siteWords } from '../../config/site.ts'
import { countCodePoints } from '../../lib/code-points.ts'
import { text } from '../../lib/form.ts'
import { nameKey } from './name-key.ts'

// Letters and digits of any script (with the marks that Indic and other scripts write letters with), "_", "-" and ".".
const CHARACTERS = /^(?!\p{M})[\p{L}\p{M}\p{Nd}_.-]+$/u

// What no eye can see, such as the Hangul filler, a mark that turns the direction of writing, or the empty Braille pattern;
// and a mark that would be written upon what stands before the name. A name with them looks like another one, or like nobody.
const INVISIBLE = /^\p{M}|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}]/u

// Names that a person would take for the site itself, or that are words of its addresses.
const RESERVED = new Set(
  `about abuse account admin administrator anonymous api app auth captcha contact css dev favicon guest healthz help home
  hostmaster img info js legal lessons locale login logout mail metrics moderator nobody none null operator owner
  password-reset postmaster privacy public readyz register root security session sessions settings signin signout
  signup site staff static status superuser support sys system terms test undefined user users verify-email webmaster www
  管理员 系统 系统管理员 客服 官方`.split(/\s+/),
)
for (const word of siteWords()) RESERVED.add(nameKey(word))

/** The form field of a new username. Space around it is no part of the name: phones add it. */
export const username = text()
  .transform((name) => name.trim())
  .superRefine((name, context) => {
    const error = errorOf(name)
    if (error !== undefined) context.addIssue(error)
  })

/** True if a part of the name can't be seen, or changes how what is around it is seen. */
export function isInvisible(name: string): boolean {
  return INVISIBLE.test(name)
}

function errorOf(name: string): string | undefined {
  const length = countCodePoints(name)
  if (length === 0) {
    return 'errors.username.missing'
  } else if (length < limits.usernameMin || length > limits.usernameMax) {
    return 'errors.username.length'
  } else if ([name, nameKey(name)].some((form) => !CHARACTERS.test(form) || isInvisible(form))) {
    return 'errors.username.characters'
  } else if (RESERVED.has(nameKey(name))) {
    return 'errors.username.reserved'
  } else {
    return undefined
  }
}
