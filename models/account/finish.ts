// Finishes what was cut off: the process died, or the database went away, between two writes of an operation.
import type { SessionStore } from '../../lib/session/store.ts'
import { finishDeletion } from './deletion.ts'
import { finishEmailChange } from './email-change.ts'
import { finishNotMe } from './not-me.ts'
import { finishPasswordChange } from './password-change.ts'
import { finishRegistration } from './registration.ts'
import { finishTwoFactorChange } from './two-factor/change.ts'
import { finishRecoveryCode } from './two-factor/use-recovery-code.ts'
import { takeUnfinished, type Unfinished } from './unfinished.ts'
import { finishUsernameChange } from './username-change.ts'

/** Do what was begun a minute ago and more and never finished. It is done again, a minute later, where this is cut off too. */
export async function finishUnfinished(store: SessionStore): Promise<void> {
  for (let one = await takeUnfinished(); one; one = await takeUnfinished()) await finish(one, store)
}

async function finish(one: Unfinished, store: SessionStore): Promise<unknown> {
  switch (one.kind) {
    case 'registration':
      return finishRegistration(one)
    case 'password':
      // By now the owner may have signed in with the new password: only older sessions end.
      return finishPasswordChange(one, store, { createdAt: { $lt: one.passwordChangedAt } })
    case 'two-factor':
      return finishTwoFactorChange(one, store, { createdAt: { $lt: one.changedAt } })
    case 'recovery-code':
      return finishRecoveryCode(one)
    case 'not-me':
      return finishNotMe(one, store, { createdAt: { $lt: one.askedAt } })
    case 'username':
      return finishUsernameChange(one, store)
    case 'email':
      return finishEmailChange(one, store)
    case 'deletion':
      return finishDeletion(one, store)
  }
}
