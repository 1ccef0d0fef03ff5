// How often somebody may try to sign in, to register, to get a picture or a mail (ASVS 6.3.1; docs/decisions/013).
import { refuse, type Refused } from '../result.ts'
import type { SecurityEvent } from '../security-event.ts'
import type { UserDocument } from '../user.ts'
import {
  countBy,
  findCounters,
  forgetCounters,
  fullKeys,
  giveBack,
  isNoted,
  note,
  type Counter,
  type Limit,
} from './counters.ts'
import { isKnownDevice } from './device.ts'
import { hashOf, keyOfName, keyOfPair, mailboxKey } from './keys.ts'

const LARGER = 2 // times as much as from a /64 is allowed from a /56, and twice that from a /48

const OF_ACCOUNTS: Limit[] = ['name', 'daily', 'account', 'device', 'code', 'failure', 'newDevice']
const OF_MAILBOXES: Limit[] = ['reset', 'confirmation', 'unconfirmed', 'locked', 'newDevices']

/**
 * Where an attempt comes from: its networks, the smallest first (lib/http/network.ts), the id of the device if its browser
 * sent one, and whether attempts are counted at all.
 */
export type Caller = { networks: string[]; device?: string | undefined; isCounted: boolean }

/** A sign-in that may go on to its password. It stays counted as failed unless it succeeds. */
export type SignInAttempt = {
  ok: true
  /** Count nothing after all. */
  succeed: () => Promise<void>
}

/** Under these names attempts for an account are counted. */
type Named = Pick<UserDocument, '_id' | 'username' | 'email'>

/** Count a registration or a picture. Above the limit it is refused and not counted. Throws where nothing can be counted. */
export async function countAttempt(
  caller: Caller,
  limit: 'registration' | 'captcha' | 'lesson',
): Promise<Refused | undefined> {
  return caller.isCounted ? refusalOf(ofNetworks(limit, caller)) : undefined
}

/** Count a mail with a link that a visitor requests to an address. Whether anybody has it makes no difference. */
export async function countMail(
  caller: Caller,
  limit: 'reset' | 'confirmation',
  address: string,
): Promise<Refused | undefined> {
  const counters: Counter[] = [...ofNetworks('mail', caller), [limit, mailboxKey(address)]]
  return caller.isCounted ? refusalOf(counters) : undefined
}

/** Count a mail that comes by itself. A registration's is not counted by network: its registration is, and a class shares one. */
export async function countNotice(
  caller: Caller,
  limit: 'unconfirmed' | 'confirmation' | 'locked' | 'newDevices',
  address: string,
): Promise<Refused | undefined> {
  const byNetwork = limit === 'confirmation' ? [] : ofNetworks('mail', caller)
  return caller.isCounted ? refusalOf([...byNetwork, [limit, mailboxKey(address)]]) : undefined
}

/**
 * Count an attempt to sign in, before its password is looked at. Above a limit it is refused and not counted.
 * It is counted under what was typed, whether anybody has that name or not, so that no answer shows who has an account
 * (ASVS 6.3.8): not even that a name and an address are those of one account, which each have counters of their own.
 * `pendingId` names the sign-in whose second factor is tried. Throws where nothing can be counted, and so does the attempt's verb.
 */
export async function beginSignIn(
  caller: Caller,
  name: string,
  userId?: string,
  pendingId?: string,
): Promise<SignInAttempt | Refused> {
  const { networks, device } = caller
  const ofPending: Counter[] =
    pendingId === undefined ? [] : [['code', keyOfPair(userId, pendingId)]]
  // Nobody else has the cookie of the owner's device, so nobody else can use up its counter.
  if (device !== undefined && (await isKnownDevice(userId, device))) {
    return begin(caller, [...ofPending, ['device', keyOfPair(userId, device)]], userId)
  } else {
    const key = keyOfName(name)
    // In this order: what one network does too often never reaches the counter that locks the account for everybody.
    return begin(
      caller,
      [
        ...ofPending,
        ...ofNetworks('address', caller),
        ['name', `${key} ${networks[0] ?? ''}`],
        ['daily', `${key} ${networks.at(-1) ?? ''}`],
        ['account', key],
      ],
      userId,
    )
  }
}

/**
 * Count an attempt to sign in by a passkey, by network alone: whose it is is known only afterwards, and what somebody tries with
 * passkeys locks nobody out. Throws where nothing can be counted, and so does the attempt's verb.
 */
export async function beginPasskey(caller: Caller): Promise<SignInAttempt | Refused> {
  return begin(caller, ofNetworks('passkey', caller), undefined)
}

/**
 * Count an attempt of a member to confirm something with the password. Strangers can't refuse it: it is counted for this
 * session alone, which only whoever knew the password could begin.
 */
export async function beginConfirmation(
  caller: Caller,
  userId: string,
  sessionId: string,
): Promise<SignInAttempt | Refused> {
  return begin(caller, [['device', keyOfPair(userId, sessionId)]], userId)
}

/** Keep that a sign-in with this name failed from here, whether anybody has that name or not. */
export async function noteFailure({ networks }: Caller, name: string): Promise<void> {
  await note(keysOfFailure(networks, name))
}

/** True if a sign-in failed in the last hour from here, or, where a name is given, with that name. */
export async function hasFailedLately({ networks }: Caller, name?: string): Promise<boolean> {
  return isNoted(keysOfFailure(networks, name))
}

/** Forget what failed at an account, which opens it where failures had locked it. Throws where that can't be stored. */
export async function forgetFailures(user: Named): Promise<void> {
  await forgetCounters(failuresOf(user))
}

/** What is counted of an account: what failed, from where, and the mails to its address. */
export async function findAttempts(user: Named) {
  const mails = OF_MAILBOXES.map((limit): Counter => [limit, mailboxKey(user.email ?? '')])
  return findCounters([...failuresOf(user), ...mails])
}

/** Tells whether too many failures have locked an account, as it is now. */
export async function findLocked(): Promise<(user: Named) => boolean> {
  const full = new Set(await fullKeys('account'))
  return (user) => full.size > 0 && keysOfAccount(user).some((key) => full.has(key))
}

async function begin(
  { isCounted }: Caller,
  counters: Counter[],
  userId: string | undefined,
): Promise<SignInAttempt | Refused> {
  if (!isCounted) return { ok: true, succeed: () => Promise.resolve() }
  return (await refusalOf(counters, userId)) ?? { ok: true, succeed: () => giveBack(counters) }
}

async function refusalOf(counters: Counter[], userId?: string): Promise<Refused | undefined> {
  const refusal = await countBy(counters)
  if (refusal === undefined) return undefined
  const { limit, wait } = refusal
  const isLocked = limit === 'account'
  const seconds = Math.max(1, Math.ceil(wait / 1000))
  return { ...refuse({}, eventOf(limit, userId)), wait: { seconds, isLocked } }
}

function eventOf(limit: Limit, userId: string | undefined): SecurityEvent {
  const account = userId === undefined ? {} : { userId }
  return limit === 'account'
    ? { event: 'sign-in-failed', ...account, reason: 'locked' }
    : { event: 'throttled', ...account, limit }
}

function ofNetworks(limit: Limit, { networks }: Caller): Counter[] {
  return networks.map((network, index) => [limit, network, LARGER ** index])
}

// One network, the smallest: what a neighbour in a larger one mistyped asks nobody else for a captcha.
function keysOfFailure([network = '']: string[], name?: string): Counter[] {
  const ofName: Counter[] = name === undefined ? [] : [['failure', keyOfName(name)]]
  return [['failure', network], ...ofName]
}

function failuresOf(user: Named): Counter[] {
  return keysOfAccount(user).flatMap((key) => OF_ACCOUNTS.map((limit): Counter => [limit, key]))
}

function keysOfAccount({ _id, username, email }: Named): string[] {
  // Documents from elsewhere may hold anything in any field.
  const names = [username, email].filter((name) => typeof name === 'string')
  return [hashOf(String(_id)), ...names.map(keyOfName)]
}
