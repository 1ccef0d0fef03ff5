// What a new password may be (NIST SP 800-63B-4, ASVS 6.2): long enough, not a common one, not the user's own name; no other rule.
import { limits } from '../../config/limits.ts'
import { composePassword, countCodePoints, foldText } from '../../lib/code-points.ts'
import { isCommonPassword } from '../../lib/password/common.ts'
import { text } from '../../lib/form.ts'

/** The form field of a new password: nothing is trimmed or cut off, and every character but NUL is welcome. */
export const newPassword = text().superRefine((password, context) => {
  const error = errorOf(password)
  if (error !== undefined) context.addIssue(error)
})

/** True if a word about its owner, such as the username, is part of the password, however it is spelt. */
export function isPersonal(password: unknown, words: unknown[]): boolean {
  const texts = words.map((word) => (typeof word === 'string' ? foldText(word) : ''))
  return (
    typeof password === 'string' &&
    texts.some((word) => word !== '' && foldText(password).includes(word))
  )
}

/** The rule of a form whose new password must not be personal: beside that field, also while another one is wrong. */
export const personalRule = {
  path: ['password'],
  message: 'errors.password.personal',
  when: () => true,
}

function errorOf(password: string): string | undefined {
  const length = countCodePoints(composePassword(password)) // as NIST SP 800-63B-4 counts
  if (password === '') return 'errors.password.missing'
  if (length < limits.passwordMin) return 'errors.password.short'
  if (length > limits.passwordMax) return 'errors.password.long'
  if (isCommonPassword(password)) return 'errors.password.common'
  return undefined
}
