// How often somebody may try to sign in, to register or to get a picture, and who is told of it (ASVS 6.3.1, 6.3.5).
import { createHash } from 'node:crypto'
import {
  countBy,
  endCounter,
  fullKeys,
  giveBack,
  noteFailure,
  resetPoints,
  type Counter,
  type Failures,
  type Limit,
} from './counters.ts'
import type { Refusal } from '../../lib/form.ts'
import { refuse } from '../../lib/result.ts'

const ASK_AGAIN = 24 * 60 * 60 // seconds, for who asks when a locked account will be open: that is up to people

/** Who tries: the network they come from (lib/http/network.ts), and whether attempts are counted at all. */
export type Caller = { network: string; isCounted: boolean }

/** How many seconds it is until another attempt makes sense; a locked account does not open by waiting. */
export type Wait = { seconds: number; isLocked: boolean }
export type Throttled = Refusal & { limit: Limit; wait: Wait }

/** A sign-in that may go on to its password. It stays counted as failed unless it succeeds. */
export type SignInAttempt = {
  ok: true
  /** Note the failure for the account's owner. */
  fail: () => Promise<void>
  /** Count nothing after all, and begin the account's row of failures anew; returns the old one. */
  succeed: () => Promise<Failures | undefined>
  /** Count nothing after all, but keep the row: its owner has yet to be told of what failed. */
  confirm: () => Promise<void>
}

export type Who = { userId: string } | { name: string }

/** Count a registration or a picture. Above the limit it is refused and not counted. Throws where nothing can be counted. */
export async function countAttempt(
  caller: Caller,
  limit: 'registration' | 'captcha' | 'lesson',
): Promise<Throttled | undefined> {
  return caller.isCounted ? refusalOf([[limit, caller.network]]) : undefined
}

/** Count a mail that is asked for to an address, in the spelling of its key. Whether anybody has it makes no difference. */
export async function countMail(caller: Caller, emailKey: string): Promise<Throttled | undefined> {
  const counters: Counter[] = [
    ['mail', caller.network],
    ['recipient', hashOf(emailKey)],
  ]
  return caller.isCounted ? refusalOf(counters) : undefined
}

/** Count a mail that comes by itself to an address, in the spelling of its key, that nobody has confirmed. */
export async function countNotice(caller: Caller, key: string): Promise<Throttled | undefined> {
  return caller.isCounted ? refusalOf([['unconfirmed', hashOf(key)]]) : undefined
}

/**
 * Count an attempt to sign in, before its password is looked at. Above a limit it is refused and not counted.
 * A name that nobody has is counted like an account, so that no answer tells who has one (ASVS 6.3.8).
 * Throws where nothing can be counted, and so do the attempt's verbs.
 */
export async function beginSignIn(caller: Caller, who: Who): Promise<SignInAttempt | Throttled> {
  if (!caller.isCounted) {
    const nothing = () => Promise.resolve(undefined)
    return { ok: true, fail: nothing, succeed: nothing, confirm: nothing }
  } else {
    const account = accountOf(who)
    // In this order: what one address does too often never reaches the counter that locks the account for everybody.
    const fromHere: Counter[] = [
      ['address', caller.network],
      ['name', `${account.join(' ')} ${caller.network}`],
    ]
    return (
      (await refusalOf([...fromHere, account])) ?? {
        ok: true,
        fail: () => noteFailure(account),
        succeed: async () => {
          const [failures] = await Promise.all([endCounter(account), giveBack(fromHere)])
          return failures
        },
        confirm: () => giveBack([...fromHere, account]),
      }
    )
  }
}

/** Open a locked account again, for its password was reset. What failed is still told to its owner at the next sign-in. */
export async function unlockAccount(userId: string): Promise<void> {
  await resetPoints(['account', userId])
}

/** The accounts that too many failures in a row have locked. */
export async function findLockedAccounts(): Promise<Set<string>> {
  return new Set(await fullKeys('account'))
}

async function refusalOf(counters: Counter[]): Promise<Throttled | undefined> {
  const refusal = await countBy(counters)
  if (refusal === undefined) {
    return undefined
  } else {
    const { limit, wait } = refusal
    const isLocked = limit === 'account' || limit === 'unknown'
    const seconds = isLocked ? ASK_AGAIN : Math.max(1, Math.ceil(wait / 1000))
    return { ...refuse({}), limit, wait: { seconds, isLocked } }
  }
}

function accountOf(who: Who): Counter {
  return 'userId' in who ? ['account', who.userId] : ['unknown', hashOf(who.name)]
}

// Because some people type their password into the field of the name: it must not lie in the database.
function hashOf(typed: string): string {
  return createHash('sha256').update(typed).digest('hex')
}
