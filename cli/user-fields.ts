// The fields of models/user/fields.ts on the command line: `--set NAME=VALUE`. A site without fields has no such option.
import { InvalidArgumentError, type Command } from 'commander'
import { detailRules } from '../models/user/field-values.ts'
import { userFields } from '../models/user/fields.ts'

/** The fields that were set, by name, as they were typed. */
export type SetFields = Record<string, string>

/** An example of the option for the help of a command. */
export const setExample = userFields
  .map(({ name, example }) => `--set "${name}=${example}"`)
  .join(' ')

/** Add the option to a command. */
export function addSet(command: Command): Command {
  if (userFields.length === 0) return command
  const names = userFields.map(({ name }) => name).join(', ')
  return command.option('--set <name=value>', `a value for a field: ${names}; repeatable`, collect)
}

// Throws what commander shows as wrong usage.
function collect(typed: string, before: SetFields = {}): SetFields {
  const [name = '', ...values] = typed.split('=')
  if (values.length === 0) throw new InvalidArgumentError('It has to be NAME=VALUE.')
  if (!(name in detailRules)) {
    throw new InvalidArgumentError(
      `There is no field "${name}". There are: ${Object.keys(detailRules).join(', ')}.`,
    )
  }
  return { ...before, [name]: values.join('=') }
}
