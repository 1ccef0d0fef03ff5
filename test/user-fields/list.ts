// A site with fields of its own, for the tests that import this first: models read the list as they are loaded.
import { addSentences } from '../../config/i18n.ts'
import { text } from '../../lib/form.ts'
import { userFields } from '../../models/user/fields.ts'

const company = text().refine((value) => value.length <= 20, 'fields.company.long')

userFields.splice(
  0,
  Infinity, // whatever this site has
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
)
addSentences(import.meta.dirname)
