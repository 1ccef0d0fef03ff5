// The challenges of this visitor's session: made for a passkey to sign, shown, and taken by the answer.
import { randomBytes } from 'node:crypto'
import type { Request } from 'express'
import { CHALLENGE_TTL } from '../../config/session.ts'
import { sentChallenge, type PasskeyCreation, type PasskeyUse } from '../../lib/passkey/answer.ts'
import {
  challengeKey,
  challengeKeys,
  takeChallenge,
  type ChallengePurpose,
} from '../../models/sign-in/challenge.ts'
import { keepShort, storeOf } from '../session.ts'

const BYTES = 32
// Each tab has one of its own. More would let one visitor's session grow without end.
const MAX_CHALLENGES = 5

/** Make a challenge for a passkey; this session expects its answer for five minutes. */
export function offerChallenge(req: Request, purpose: ChallengePurpose): string {
  const { session } = req
  for (const oldest of challengeKeys(session).slice(0, 1 - MAX_CHALLENGES)) {
    // oxlint-disable-next-line typescript/no-dynamic-delete -- the type allows the challenges' keys only
    delete session[oldest]
  }
  const challenge = randomBytes(BYTES).toString('base64url')
  session[challengeKey(challenge)] = { purpose, expires: new Date(Date.now() + CHALLENGE_TTL) }
  keepShort(req)
  return challenge
}

/** Take the challenge that this answer says it has signed, once; undefined if the session expects none such. */
export async function takeSentChallenge(
  req: Request,
  answer: PasskeyCreation | PasskeyUse,
  purpose: ChallengePurpose,
): Promise<string | undefined> {
  return takeChallenge(storeOf(req), req.sessionID, req.session, sentChallenge(answer), purpose)
}
