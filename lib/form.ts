// A submitted form against its schema: the values, or the first error of each field beside everything that was typed.
import { z } from 'zod'

export type FieldErrors = Record<string, string>
export type Typed = Record<string, string>
export type Refusal = { ok: false; errors: FieldErrors }
export type Form<T> = { typed: Typed } & ({ ok: true; value: T } | Refusal)

// Never sent back: a password would lie in the page's source, and a captcha or a code is used up by one try.
const SECRET_FIELDS = [
  'password',
  'current',
  'captcha',
  'code',
  'recovery',
  'codes',
  'credential',
  '_csrf',
]

/** Check a body. Errors are keys of sentences; `typed` holds the strings to show again, passwords and captchas excepted. */
export function readForm<S extends z.ZodObject>(body: unknown, schema: S): Form<z.output<S>> {
  const typed = typedStrings(body, Object.keys(schema.shape))
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return { ok: true, value: parsed.data, typed }
  const errors: FieldErrors = {}
  for (const issue of parsed.error.issues) {
    errors[String(issue.path[0] ?? 'form')] ??= issue.message
  }
  return { ok: false, errors, typed }
}

/** What was typed into a form, to show it again; passwords and captchas excepted. */
export function typedIn(body: unknown): Typed {
  return typedStrings(body, Object.keys(body ?? {}))
}

/** A field that has to be text: missing counts as empty; lists and objects, which a visitor can send, are refused; so is NUL. */
export function text() {
  return z
    .string('errors.text')
    .refine((value) => value.isWellFormed() && !value.includes('\0'), {
      message: 'errors.text',
      abort: true,
    })
    .prefault('')
}

/** A box to tick. A form sends a ticked one as some text and no other; JSON may also say true or false. */
export function checkbox() {
  return z.preprocess(
    (value) => (typeof value === 'boolean' ? (value ? 'on' : '') : value),
    text().transform((value) => value !== ''),
  )
}

function typedStrings(body: unknown, fields: string[]): Typed {
  const entries = Object.entries(body ?? {})
    .filter(([field]) => fields.includes(field) && !SECRET_FIELDS.includes(field))
    .map(([field, value]): [string, unknown] => [field, Array.isArray(value) ? value[0] : value])
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(entries)
}
