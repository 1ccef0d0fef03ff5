// What a member gave in the fields of models/user/fields.ts: found, changed, and asked for where an older account lacks it.
import { z } from 'zod'
import { changeOf, detailRules, detailsIn, lacksDetails, type Details } from './field-values.ts'
import { User } from '../user.ts'

/** The form of all fields, or of those with these names. */
export function detailsForm(names?: string[]) {
  const rules = Object.entries(detailRules())
  return z.object(Object.fromEntries(rules.filter(([name]) => names?.includes(name) ?? true)))
}

/** What this user gave. */
export async function findDetails(userId: string): Promise<Details> {
  const user = await User.findById(userId).select('details').lean()
  return detailsIn(user?.details)
}

/** Store these values; what is stored in other fields stays. */
export async function changeDetails(userId: string, values: Record<string, unknown>) {
  await User.updateOne({ _id: userId }, changeOf(values))
}

/** True where this user lacks what the site has come to ask of everybody. */
export async function isAskedForDetails(userId: string): Promise<boolean> {
  const isAnythingAsked = lacksDetails({}) // if not, a sign-in has nothing to look up
  return isAnythingAsked && lacksDetails(await findDetails(userId))
}
