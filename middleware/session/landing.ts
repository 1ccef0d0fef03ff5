// Where a sign-in leads: on, or first to the page that asks for what the account lacks.
import type { Response } from 'express'
import { isAskedForDetails } from '../../models/user/details.ts'

/** The path after a sign-in: this one, which is safe already, or the member's details, which lead on to it. A script goes where it likes. */
export async function landingOf(res: Response, userId: string, next: string): Promise<string> {
  const isAsked = !res.locals.isJson && (await isAskedForDetails(userId))
  return isAsked ? `/account/details?next=${encodeURIComponent(next)}` : next
}
