// One row of another site's users: what is taken over from it, or why it can't be.
import { z } from 'zod'
import { countCodePoints } from '../../../lib/code-points.ts'
import type { Row } from '../../../lib/files/rows.ts'
import { email } from '../../user/email.ts'
import { detailRules, type Details } from '../../user/field-values.ts'
import { userFields } from '../../user/fields.ts'
import { keysOf } from '../../user.ts'
import { isInvisible } from '../../user/username.ts'

const MAX_NAME_LENGTH = 64 // code points: names of old need not fit the rules for new ones
const KNOWN = ['username', 'password', 'email', 'createdAt', '_id', '__v']

/** Each reason why a row is refused, in words for the operator. */
export const refusalReasons = {
  'not-json': 'not a JSON object on one line',
  'not-csv': 'not valid CSV: the quotes do not match',
  'not-utf-8': 'not valid UTF-8',
  'line-too-long': 'the line is longer than 64 KiB',
  'column-count': 'not as many fields as the header has',
  'username-missing': 'no username',
  'username-not-text': 'the username is not text',
  'username-control': 'the username has control characters',
  'username-invisible':
    'the username has invisible characters, or such as change the direction of writing',
  'username-long': `the username has more than ${MAX_NAME_LENGTH} characters`,
  'password-not-md5': 'the password is not an md5 of 32 hexadecimal digits',
  'email-form': 'the email is not an email address',
  'username-taken': 'the username is taken by an earlier row or user',
  'email-taken': 'the email is taken by an earlier row or user',
} as const

export type RefusalReason = keyof typeof refusalReasons | `field-${string}`

/** A user as the row describes one, with the keys that make the name and the address unique. */
export type NewUser = {
  username: string
  usernameKey?: string
  email?: string
  emailKey?: string
  keys: string[]
  emailVerifiedAt?: Date
  password: string
  createdAt: Date
  details?: Details
}
export type Taking = { ok: true; user: NewUser } | { ok: false; reason: RefusalReason }

/** A reason in words; of a field of models/user/fields.ts that its value does not fit. */
export function wordsOf(reason: string): string {
  const words: Record<string, string> = refusalReasons
  return words[reason] ?? `the field "${reason.replace('field-', '')}" does not fit its rule`
}

/** Read a row. The password stays the bare md5 that it is. */
export function readUser(row: Row, now: Date): Taking {
  if ('problem' in row) return { ok: false, reason: row.problem }
  const { username, password, email, createdAt } = row.fields
  const name = readName(username)
  if (!name.ok) return name
  if (typeof password !== 'string' || !/^[0-9a-f]{32}$/i.test(password.trim())) {
    return { ok: false, reason: 'password-not-md5' }
  }
  const address = readEmail(email)
  if (address === null) return { ok: false, reason: 'email-form' }
  const details = readDetails(row.fields)
  if (!details.ok) return details
  const owner = { username: name.value, ...(address === undefined ? {} : { email: address }) }
  const digest = password.trim().toLowerCase()
  const since = readDate(createdAt) ?? now
  const user = { ...owner, ...keysOf(owner), password: digest, createdAt: since, ...details.value }
  return { ok: true, user }
}

/** The fields of a row that nothing is taken from. */
export function unknownFields(row: Row): string[] {
  const known = [...KNOWN, ...userFields.map(({ name }) => name)]
  return 'problem' in row ? [] : Object.keys(row.fields).filter((name) => !known.includes(name))
}

function readName(value: unknown) {
  const refused = (reason: RefusalReason) => ({ ok: false, reason }) as const
  const name = typeof value === 'string' ? value.trim() : value // space around it is cut off at a sign-in too
  if (name === undefined || name === null || name === '') return refused('username-missing')
  if (typeof name !== 'string') return refused('username-not-text')
  if (/\p{Cc}/u.test(name) || !name.isWellFormed()) return refused('username-control')
  if (isInvisible(name)) return refused('username-invisible')
  if (countCodePoints(name) > MAX_NAME_LENGTH) return refused('username-long')
  return { ok: true, value: name } as const
}

// Undefined if there is none, null if it is none.
function readEmail(value: unknown): string | undefined | null {
  if (value === undefined || value === null || value === '') return undefined
  return email.safeParse(value).data ?? null
}

// What a row leaves out its user is asked for later: another site need not have asked for it.
function readDetails(fields: Record<string, unknown>) {
  const details: Details = {}
  for (const [name, rule] of Object.entries(detailRules())) {
    const value = fields[name] ?? ''
    const read = value === '' ? undefined : rule.safeParse(value)
    if (read && !read.success) return { ok: false, reason: `field-${name}` } as const
    if (read) details[name] = read.data
  }
  return { ok: true, value: Object.keys(details).length > 0 ? { details } : {} } as const
}

const exportedDate = z.object({ $date: z.string() }).transform(({ $date }) => $date)
const isoDate = z
  .union([z.string(), exportedDate])
  .pipe(z.iso.datetime({ offset: true }).or(z.iso.date()))

// An ISO date, also in the form of a mongoexport.
function readDate(value: unknown): Date | undefined {
  const { data } = isoDate.safeParse(value)
  const date = data === undefined ? undefined : new Date(data)
  return date && Number.isFinite(date.getTime()) ? date : undefined
}
