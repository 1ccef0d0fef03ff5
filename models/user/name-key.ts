// The key of a name: all spellings of one username, or of one email address, have the same.
import { foldText } from '../../lib/code-points.ts'
import { readEmail } from './email.ts'

/** The key of what was typed as a username, as an email address, or as either. All keys share one space: no two users have one. */
export function nameKey(typed: string): string {
  return readEmail(typed)?.key ?? foldText(typed)
}
