// The numbers that a rule and the sentence explaining it share, so that neither can drift.
import { DAY, HOUR, MINUTE, SECOND } from './time.ts'

export const limits = {
  usernameMin: 3,
  usernameMax: 32,
  emailMax: 254, // RFC 5321: the longest address a mail system has to carry
  passwordMin: 8, // NIST SP 800-63B-4 and ASVS 6.2.1: never below eight
  passwordMax: 256, // far above the 64 that ASVS 6.2.9 asks for, low enough to hash at once
  captchaLength: 5,
  captchaMinutes: 10,
  resetMinutes: 30,
  confirmDays: 7,
  reservedDays: 30,
  bodyBytes: 16 * 1024,
  nextMax: 2048,
} as const

/** How often something may be tried: so many times (points) in so many seconds (duration), counted from the first of them. */
export const attemptLimits = {
  // Failed sign-ins from one address: a class shares one, so this is wide.
  address: { points: 60, duration: (5 * MINUTE) / SECOND },
  // Failed sign-ins with one name from one address: nobody guesses a password with this few tries.
  name: { points: 5, duration: (15 * MINUTE) / SECOND },
  // Failed sign-ins in a row to one account, from wherever (NIST SP 800-63B-4: at most 100). A century stands for
  // ever: a counter has an end like all others, which no account lives to see.
  account: { points: 100, duration: (36_500 * DAY) / SECOND },
  // The same for a name that nobody has, so that the answers tell nothing. It ends: anybody can make up names without end.
  unknown: { points: 100, duration: (30 * DAY) / SECOND },
  registration: { points: 20, duration: MINUTE / SECOND },
  captcha: { points: 120, duration: MINUTE / SECOND },
  // Mails that one address asks for, and those to one recipient, whoever asks: nobody's mailbox is filled from here.
  mail: { points: 20, duration: HOUR / SECOND },
  recipient: { points: 3, duration: HOUR / SECOND },
  // Requests of lessons: each may store a session, and a whole class shares an address.
  lesson: { points: 1200, duration: MINUTE / SECOND },
  // Mails that come by themselves to an address that nobody has confirmed: it may be a stranger's.
  unconfirmed: { points: 5, duration: DAY / SECOND },
} as const
