// A site with fields of its own, for the tests of a file: one process runs many files, so the list is what it was afterwards.
import { afterAll, beforeAll } from 'vitest'
import { addSentences } from '../../config/i18n.ts'
import { text } from '../../lib/form.ts'
import { userFields, type UserField } from '../../models/user/fields.ts'

const company = text().refine((value) => value.length <= 20, 'fields.company.long')

const fields: UserField[] = [
  {
    name: 'company',
    control: 'text',
    rule: company,
    isRequired: true,
    isAskedLater: true,
    hasHint: true,
    autocomplete: 'organization',
    example: 'Lantern Ltd',
  },
  { name: 'team', control: 'select', options: ['red', 'blue'], example: 'red' },
  { name: 'about', control: 'textarea', rule: text(), example: 'I like lanterns.' },
  { name: 'newsletter', control: 'checkbox', example: 'yes' },
]

/** Give the sites of this file these fields instead of those that the list has. */
export function useFields(): void {
  let before: UserField[] = []
  beforeAll(() => {
    addSentences(import.meta.dirname)
    before = userFields.splice(0, Infinity, ...fields)
  })
  afterAll(() => {
    userFields.splice(0, Infinity, ...before)
  })
}
