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
  notMeDays: 7, // for which a letter's "this wasn't me" counts
  deviceDays: 90, // for which a device is known to an account after a sign-in
  recentMinutes: 10, // for which a page doesn't ask again who somebody is
  recentFormMinutes: 20, // the same for a form, so that one that was opened in time still counts
  trustDays: 30, // for which a device may not be asked for a code
  twoFactorMinutes: 60, // to take a new secret into an app and confirm it
  reservedDays: 30,
  bodyBytes: 16 * 1024,
  nextMax: 2048,
} as const

/**
 * How often something may be tried: so many times (points) in so many seconds (duration), counted from the first of them. From
 * a larger IPv6 network some more: lib/http/network.ts.
 */
export const attemptLimits = {
  // Failed sign-ins from one network: a class shares one, so this is wide.
  address: { points: 60, duration: (5 * MINUTE) / SECOND },
  // Failed sign-ins with one name from one network: nobody guesses a password with this few tries.
  name: { points: 5, duration: (15 * MINUTE) / SECOND },
  // The same by day, from the largest network that one customer may have. Twice as many, of two days that meet, are fewer than
  // `account` allows: one customer alone locks no account, however patient.
  daily: { points: 12, duration: DAY / SECOND },
  // Failed sign-ins with one name from all unknown devices. An account has two names, and two days may meet: in any 24 hours
  // no more than a hundred guesses reach one account (NIST SP 800-63B-4).
  account: { points: 25, duration: DAY / SECOND },
  // Failed passwords for one account on a device that it is known on, or in one session of its owner.
  device: { points: 5, duration: (15 * MINUTE) / SECOND },
  // Wrong codes after one right password: whoever has only that guesses no code with this few tries.
  code: { points: 5, duration: (10 * MINUTE) / SECOND },
  // Sign-ins by a passkey that failed, from one network. Nobody guesses one: this is for what each costs.
  passkey: { points: 60, duration: (5 * MINUTE) / SECOND },
  // Whether a sign-in with one name, or from one network, failed lately: with CAPTCHA=failures the next ones ask for a captcha.
  failure: { points: 1, duration: HOUR / SECOND },
  // Registrations, and changes of the username: each answer shows whether somebody has a name.
  registration: { points: 20, duration: MINUTE / SECOND },
  // Pictures and questions. A picture costs 3 ms, so a network gets 6 % of a processor; a school shares one.
  captcha: { points: 1200, duration: MINUTE / SECOND },
  // Mails that one network asks for, and those to one mailbox, whoever asks: nobody's mailbox is filled from here. Links to
  // reset a password and links to confirm an address are counted apart: a stranger who asks for those stops none of these.
  mail: { points: 20, duration: HOUR / SECOND },
  reset: { points: 3, duration: HOUR / SECOND },
  confirmation: { points: 3, duration: HOUR / SECOND },
  // Requests of lessons: each may store a session, and a whole class shares an address.
  lesson: { points: 1200, duration: MINUTE / SECOND },
  // Mails that come by themselves to an address that nobody has confirmed: it may be a stranger's.
  unconfirmed: { points: 5, duration: DAY / SECOND },
  // The mail about an account that failed sign-ins have locked.
  locked: { points: 1, duration: DAY / SECOND },
  // The mails about sign-ins on new devices: about one browser at one address, and all of them to one mailbox. A browser that
  // keeps no cookies is new each time, and whoever knows a password may give a browser any name.
  newDevice: { points: 1, duration: DAY / SECOND },
  newDevices: { points: 10, duration: DAY / SECOND },
} as const
