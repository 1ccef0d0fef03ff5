// A site with fields of its own: one of each kind, by names that no other site has, and their sentences.
import { addSentences } from '../../config/i18n.ts'
import { text } from '../../lib/form.ts'
import type { UserField } from '../../models/user/fields.ts'
import { useFields } from '../helper.ts'

const company = text().refine((value) => value.length <= 20, 'fields.test-company.long')

const fields: UserField[] = [
  {
    name: 'test-company',
    control: 'text',
    rule: company,
    isRequired: true,
    isAskedLater: true,
    hasHint: true,
    autocomplete: 'organization',
    example: 'Lantern Ltd',
  },
  { name: 'test-team', control: 'select', options: ['red', 'blue'], example: 'red' },
  { name: 'test-about', control: 'textarea', rule: text(), example: 'I like lanterns.' },
  { name: 'test-newsletter', control: 'checkbox', example: 'yes' },
]

/** Give the sites of a test file these fields. */
export function useFieldsOfEachKind(): void {
  addSentences(import.meta.dirname)
  useFields(fields)
}
