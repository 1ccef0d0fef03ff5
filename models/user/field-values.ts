// What users give in the fields of models/user/fields.ts: the rules of a form, and how the values are stored.
import { z } from 'zod'
import { text } from '../../lib/form.ts'
import { userFields, type UserField } from './fields.ts'

/** The values by field. A field that somebody left empty, or was never asked for, is not among them. */
export type Details = Record<string, string | boolean>

type Rule = z.ZodType<string | boolean>

const rules = new WeakMap<UserField, Rule>() // an import asks for them at each row

/** The rules of all fields by name, for the schema of a form. */
export function detailRules(): Record<string, Rule> {
  return Object.fromEntries(userFields.map((field) => [field.name, ruleOf(field)]))
}

/** The values of these fields among others: of a form that was checked, or of what is stored of a user. */
export function detailsIn(values: unknown): Details {
  const stored = (values ?? {}) as Record<string, unknown>
  const given = userFields
    .map(({ name }) => [name, stored[name]] as const)
    .filter((entry): entry is [string, string | boolean] => isGiven(entry[1]))
  return Object.fromEntries(given)
}

/** The same beside what else is shown of a user; nothing where the site has no fields. */
export function shownDetails(values: unknown): { details?: Details } {
  return userFields.length > 0 ? { details: detailsIn(values) } : {}
}

/** The same as a form shows them. */
export function typedOf(details: Details): Record<string, string> {
  const shown = (value: string | boolean) =>
    typeof value === 'boolean' ? (value ? 'on' : '') : value
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [name, shown(value)]))
}

/** The change of a user's document that stores these values; one that is empty is taken away. */
export function changeOf(values: Record<string, unknown>) {
  const names = userFields.map(({ name }) => name).filter((name) => name in values)
  const [set, unset]: [Record<string, unknown>, Record<string, 1>] = [{}, {}]
  for (const name of names) {
    if (isGiven(values[name])) set[`details.${name}`] = values[name]
    else unset[`details.${name}`] = 1
  }
  return { $set: set, $unset: unset }
}

/** True where a field is required, is asked for later, and these values lack it. */
export function lacksDetails(details: Details): boolean {
  return userFields.some(
    ({ name, isRequired, isAskedLater }) => isRequired && isAskedLater && !details[name],
  )
}

/** What a page with these fields needs of each; nothing where the site has none. */
export function describeFields() {
  const fields = userFields.map((field) => ({
    name: field.name,
    control: field.control,
    isRequired: field.isRequired ?? false,
    hasHint: field.hasHint ?? false,
    autocomplete: field.autocomplete ?? 'off',
    options: field.control === 'select' ? field.options : [],
  }))
  return fields.length > 0 ? { userFields: fields } : {}
}

function isGiven(value: unknown): value is string | boolean {
  return typeof value === 'boolean' || (typeof value === 'string' && value !== '')
}

function ruleOf(field: UserField): Rule {
  const rule = rules.get(field) ?? makeRule(field)
  rules.set(field, rule)
  return rule
}

function makeRule(field: UserField): Rule {
  const missing = `fields.${field.name}.missing`
  if (field.control === 'checkbox') {
    return yesOrNo().refine((isTicked) => isTicked || !field.isRequired, missing)
  }
  const value = text().transform((typed) => typed.trim())
  if (field.control === 'select') {
    const allowed = field.isRequired ? field.options : ['', ...field.options]
    return value.refine((chosen) => allowed.includes(chosen), missing)
  }
  return value.transform((given, context) => {
    const { success, data, error } = field.rule.safeParse(given)
    if (given === '' && !field.isRequired) return ''
    if (success && given !== '') return data
    const message = given === '' ? missing : (error?.issues[0]?.message ?? 'errors.text')
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
}

// A form sends "on" for a ticked box and nothing for another one; JSON says true or false, and an operator also yes or no.
function yesOrNo() {
  return z.preprocess(
    (value) => (typeof value === 'boolean' ? String(value) : value === '' ? 'no' : value),
    z.stringbool('errors.yes-no').prefault('no'),
  )
}
