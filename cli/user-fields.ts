// The fields of models/user/fields.ts on the command line: `--set NAME=VALUE`. A site without fields has no such option.
import { InvalidArgumentError, type Command } from 'commander'
import { userFields } from '../models/user/fields.ts'

/** The fields that were set, by name, as they were typed. */
export type SetFields = Record<string, string>

/** Add the option to a command. */
export function addSet(command: Command): Command {
  if (userFields.length === 0) return command
  const names = userFields.map(({ name }) => name).join(', ')
  return command.option('--set <name=value>', `a value for a field: ${names}; repeatable`, collect)
}

/** An example of the option for the help of a command: every field. */
export function setExample(): string {
  return userFields.map(({ name, example }) => `--set "${name}=${example}"`).join(' ')
}

// Throws what commander shows as wrong usage.
function collect(typed: string, before: SetFields = {}): SetFields {
  const [name = '', ...values] = typed.split('=')
  if (values.length === 0) throw new InvalidArgumentError('It has to be NAME=VALUE.')
  const names = userFields.map((field) => field.name)
  if (!names.includes(name)) {
    throw new InvalidArgumentError(`There is no field "${name}". There are: ${names.join(', ')}.`)
  }
  return { ...before, [name]: values.join('=') }
}
