// How often somebody may try to sign in, to register, to get a picture or a mail (ASVS 6.3.1).
import { createHash } from 'node:crypto'
import { refuse, type Refused } from '../result.ts'
import type { SecurityEvent } from '../security-event.ts'
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

const LOCKED_RETRY_AFTER = 24 * 60 * 60 // seconds, for a Retry-After: when a locked account opens is up to people

/** Where an attempt comes from: the network (lib/http/network.ts), and whether attempts are counted at all. */
export type Caller = { network: string; isCounted: boolean }

/** A sign-in that may go on to its password. It stays counted as failed unless it succeeds. */
export type SignInAttempt = {
  ok: true
  /** Note the failure for the account's owner. */
  fail: () => Promise<void>
  /** Count nothing after all, and begin the account's counter anew; returns what had failed. */
  succeed: () => Promise<Failures | undefined>
  /** Count nothing after all, but keep what had failed: the owner has yet to see it. */
  confirm: () => Promise<void>
}

/** Whom somebody signs in as: an account, or a name that nobody has. */
export type SignInTarget = { userId: string } | { name: string }

/** Count a registration or a picture. Above the limit it is refused and not counted. Throws where nothing can be counted. */
export async function countAttempt(
  caller: Caller,
  limit: 'registration' | 'captcha' | 'lesson',
): Promise<Refused | undefined> {
  return caller.isCounted ? refusalOf([[limit, caller.network]]) : undefined
}

/** Count a mail that a visitor requests, to an address in the spelling of its key. Whether anybody has it makes no difference. */
export async function countMail(caller: Caller, emailKey: string): Promise<Refused | undefined> {
  const counters: Counter[] = [
    ['mail', caller.network],
    ['recipient', hashOf(emailKey)],
  ]
  return caller.isCounted ? refusalOf(counters) : undefined
}

/** Count a mail that comes by itself to an address, in the spelling of its key, that nobody has confirmed. */
export async function countNotice(caller: Caller, emailKey: string): Promise<Refused | undefined> {
  return caller.isCounted ? refusalOf([['unconfirmed', hashOf(emailKey)]]) : undefined
}

/**
 * Count an attempt to sign in, before its password is looked at. Above a limit it is refused and not counted.
 * A name that nobody has is counted like an account, so that no answer shows who has one (ASVS 6.3.8).
 * Throws where nothing can be counted, and so do the attempt's verbs.
 */
export async function beginSignIn(
  caller: Caller,
  target: SignInTarget,
): Promise<SignInAttempt | Refused> {
  if (!caller.isCounted) {
    const nothing = () => Promise.resolve(undefined)
    return { ok: true, fail: nothing, succeed: nothing, confirm: nothing }
  } else {
    const account = accountOf(target)
    // In this order: what one address does too often never reaches the counter that locks the account for everybody.
    const fromHere: Counter[] = [
      ['address', caller.network],
      ['name', `${account.join(' ')} ${caller.network}`],
    ]
    return (
      (await refusalOf([...fromHere, account], 'userId' in target ? target : {})) ?? {
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

/** Open a locked account again, because its password was reset. What failed is still shown to its owner at the next sign-in. */
export async function unlockAccount(userId: string): Promise<void> {
  await resetPoints(['account', userId])
}

/** The accounts that too many failures in a row have locked. */
export async function findLockedAccounts(): Promise<Set<string>> {
  return new Set(await fullKeys('account'))
}

async function refusalOf(
  counters: Counter[],
  account: { userId?: string } = {},
): Promise<Refused | undefined> {
  const refusal = await countBy(counters)
  if (refusal === undefined) return undefined
  const { limit, wait } = refusal
  const isLocked = limit === 'account' || limit === 'unknown'
  const seconds = isLocked ? LOCKED_RETRY_AFTER : Math.max(1, Math.ceil(wait / 1000))
  return { ...refuse({}, eventOf(limit, isLocked, account)), wait: { seconds, isLocked } }
}

function eventOf(limit: Limit, isLocked: boolean, account: { userId?: string }): SecurityEvent {
  return isLocked
    ? { event: 'sign-in-failed', ...account, reason: 'locked' }
    : { event: 'throttled', ...account, limit }
}

function accountOf(target: SignInTarget): Counter {
  return 'userId' in target ? ['account', target.userId] : ['unknown', hashOf(target.name)]
}

// Because some people type their password into the field of the name: it must not lie in the database.
function hashOf(typed: string): string {
  return createHash('sha256').update(typed).digest('hex')
}
