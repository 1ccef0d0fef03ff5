// Passwords: checked by their md5, as the documents of old are, and kept as argon2id of that md5 (docs/decisions/002).
import { timingSafeEqual } from 'node:crypto'
import { hash, verify, type Options } from '@node-rs/argon2'
import md5 from 'md5'
import { composePassword } from './code-points.ts'
import { enqueue } from './password/queue.ts'

export type Verified = { ok: boolean; upgrade?: string; damaged?: boolean }

/** What lies in the place of a password that its owner has removed. No password matches it. */
export const NO_PASSWORD = 'none'

// OWASP's quoted minimum for argon2id, approved by ASVS appendix C.
const MEMORY = 19456 // KiB
const PASSES = 2
const LANES = 1

const BARE_MD5 = /^[0-9a-f]{32}$/i
// 16 bytes of salt or more, 32 of hash: one that was cut off must be noticed, not just never match.
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[A-Za-z0-9+/]{22,}\$[A-Za-z0-9+/]{43}$/

// One pepper for the whole process, set once at start: secret input that a stolen database alone does not hold.
let options: Options = { memoryCost: MEMORY, timeCost: PASSES, parallelism: LANES }

// Compared with where there is nothing to compare with, so that an unknown user costs the same time as a known one (ASVS 6.3.8).
let decoy: Promise<string> | undefined

/** Use this pepper from now on. Hashes made with another one, or with none, no longer match. */
export function usePepper(pepper: string | undefined): void {
  const { secret: _old, ...rest } = options
  options = pepper === undefined ? rest : { ...rest, secret: Buffer.from(pepper) }
  decoy = undefined
}

/** The PHC string to store for a password. About 11 ms on one core, outside the event loop, and a turn to wait for. */
export async function hashPassword(password: string): Promise<string> {
  return hashMd5Digest(digestOf(password))
}

/** What lies in the place of a password: a hash of today, a bare md5 of old, none, or something that nothing can match. */
export function hashFormat(stored: unknown): 'argon2id' | 'bare md5' | 'none' | 'damaged' {
  if (typeof stored !== 'string') return 'damaged'
  if (BARE_MD5.test(stored)) return 'bare md5'
  if (stored === NO_PASSWORD) return 'none'
  return PHC.test(stored) ? 'argon2id' : 'damaged'
}

/** The PHC string to store in the place of a bare md5, whose password nobody knows. In whatever case it was written. */
export async function hashMd5Digest(digest: string): Promise<string> {
  return enqueue(() => hash(digest.toLowerCase(), options))
}

/**
 * Compare a password with what is stored: a PHC string, a bare md5, none, or nothing for an unknown user.
 * `upgrade` is what to store instead if the check succeeded on an old form; `damaged` marks a hash that nothing can match.
 */
export async function verifyPassword(password: string, stored: unknown): Promise<Verified> {
  const kind = hashFormat(stored)
  if (kind === 'bare md5') return checkBareMd5(password, String(stored))
  if (kind === 'argon2id') return checkPhc(password, String(stored))
  await spendTheSame(password)
  return { ok: false, damaged: kind === 'damaged' && stored !== undefined }
}

async function checkBareMd5(password: string, stored: string): Promise<Verified> {
  if (candidates(password).some((digest) => isSameDigest(digest, stored))) {
    return { ok: true, upgrade: await hashPassword(password) }
  } else {
    await spendTheSame(password)
    return { ok: false }
  }
}

async function checkPhc(password: string, stored: string): Promise<Verified> {
  const outdated = isOutdated(stored)
  const [matches] = await Promise.all([
    compare(password, stored),
    // A hash with cheaper parameters would answer sooner and so betray that the user exists.
    outdated ? spendTheSame(password) : undefined,
  ])
  const [composed, asTyped] = matches
  const ok = composed === true || asTyped === true
  if (ok && (outdated || !composed)) return { ok, upgrade: await hashPassword(password) }
  return { ok, damaged: matches.includes(undefined) }
}

async function spendTheSame(password: string): Promise<void> {
  decoy ??= hashPassword('nobody has this password').catch((error: unknown) => {
    decoy = undefined // made another time: kept, one refusal would refuse every unknown user from then on
    throw error
  })
  await compare(password, await decoy)
}

// Every reading is compared, whether another one matched or not: the time depends on what was typed alone. A reading is
// undefined where the hash can't be read; a queue that is full throws, for known users and unknown ones alike.
async function compare(password: string, stored: string): Promise<(boolean | undefined)[]> {
  const verifyOne = (one: string) => verify(stored, one, options).catch(() => undefined)
  return Promise.all(candidates(password).map((one) => enqueue(() => verifyOne(one))))
}

function digestOf(password: string): string {
  return md5(composePassword(password))
}

// Older sites took the md5 of what came over the wire, composed or not, and what hashMd5Digest made of it is still made of that.
function candidates(password: string): string[] {
  return [...new Set([digestOf(password), md5(password)])]
}

function isSameDigest(digest: string, stored: string): boolean {
  return timingSafeEqual(Buffer.from(digest), Buffer.from(stored.toLowerCase()))
}

function isOutdated(stored: string): boolean {
  const [, memory, passes, lanes] = PHC.exec(stored) ?? []
  return Number(memory) < MEMORY || Number(passes) < PASSES || Number(lanes) < LANES
}
