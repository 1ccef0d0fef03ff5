// THE FIELDS OF A USER beyond name, email and password: what this site asks of people. docs/make-it-yours.md tells the recipe.
import type { z } from 'zod'

/** A field. Its sentences stand in config/locales, in the group of its name below "fields". */
export type UserField = {
  /** In forms, JSON, commands and the columns of an import. Letters, digits and "-"; none that a form of the site has already. */
  name: string
  isRequired?: true
  /** An account from before that lacks it is asked for it after the next sign-in. */
  isAskedLater?: true
  /** It has a sentence "hint", which stands below it; a checkbox shows none. */
  hasHint?: true
  /** What a browser may fill in: the word of HTML, such as "organization". */
  autocomplete?: string
  /** A value that is accepted: commands show it in their help, and tests fill it in. */
  example: string
} & (
  | { control: 'text' | 'textarea'; rule: z.ZodType<string> }
  | { control: 'select'; options: string[] }
  | { control: 'checkbox' }
)

/** In the order in which forms show them. */
export const userFields: UserField[] = []
