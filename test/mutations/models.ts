// Mistakes in the rules of accounts, their mails and their attempts.
import type { Mutation } from './mutation.ts'

const ACCOUNT = 'test/routes/account'
const DEVICES = [
  'test/middleware/session/device.test.ts',
  'test/middleware/throttle-sign-in.test.ts',
]

export const models: Mutation[] = [
  {
    file: 'models/account/activity.ts',
    from: 'events: events.filter(({ at }) => at > oldest).reverse()',
    to: 'events: events.reverse()',
    tests: [`${ACCOUNT}/activity.test.ts`],
  },
  {
    file: 'models/account/confirmation.ts',
    from: 'await attempt.succeed()\n',
    to: '\n',
    tests: ['test/middleware/throttle-sign-in.test.ts'],
  },
  {
    file: 'models/account/deletion.ts',
    from: 'await disownReservations(userId)',
    to: '',
    tests: [`${ACCOUNT}/delete.test.ts`],
  },
  {
    file: 'models/account/email-change.ts',
    from: "await endTokens(userId, 'email-change')",
    to: '',
    tests: [`${ACCOUNT}/email/token.test.ts`, `${ACCOUNT}/email.test.ts`],
  },
  {
    file: 'models/account/email-change.ts',
    from: "tokenTtl['email-change'] < Date.now()",
    to: "tokenTtl['email-change'] > Date.now()",
    tests: [`${ACCOUNT}/email.test.ts`],
  },
  {
    // A clock that was set back would let an old link count again.
    file: 'models/user.ts',
    from: '(before?.getTime() ?? 0) + 1',
    to: '0',
    tests: [`${ACCOUNT}/password.test.ts`],
  },
  {
    file: 'models/account/password-change.ts',
    from: "count = await endSessionsBut(store, userId, keeps, 'password', which)",
    to: '',
    tests: ['test/cut-off.test.ts'],
    survives:
      'The sessions end before the write too, and one that begins in between is ended by its own sign-in, which finds another password.',
  },
  {
    file: 'models/account/password-change.ts',
    from: "const before = await endSessionsBut(store, seen._id, rest.keeps, 'password')",
    to: 'const before = 0',
    tests: ['test/cut-off.test.ts'],
  },
  {
    file: 'models/account/verification.ts',
    from: 'return { _id: userId, emailKey: seen.emailKey ?? null }',
    to: 'return { _id: userId, ...(seen ? {} : {}) }',
    tests: ['test/routes/verify-email/token.test.ts'],
  },
  {
    file: 'models/mail/letter.ts',
    from: "emailKey: { $type: 'string' as const }, emailVerifiedAt: null }",
    to: "emailKey: { $type: 'string' as const } }",
    tests: ['test/routes/verify-email.test.ts', 'test/models/mail/postman.test.ts'],
  },
  {
    file: 'models/mail/outbox.ts',
    from: ", $unset: { takenAt: '' } })",
    to: ' })',
    tests: ['test/models/mail/postman.test.ts', 'test/routes/dev/mail.test.ts'],
  },
  {
    // After one outage no mail would be sent any more.
    file: 'models/mail/postman.ts',
    from: 'return AFTER_ACCIDENT',
    to: 'throw error',
    tests: ['test/models/mail/postman.test.ts'],
  },
  {
    // A link that confirms an address would set a password.
    file: 'models/mail/token.ts',
    from: 'return { _id: hashOf(token), purpose, expires: { $gt: new Date() } }',
    to: 'return { _id: hashOf(token), ...(purpose ? {} : {}), expires: { $gt: new Date() } }',
    tests: ['test/routes/password-reset/token.test.ts', 'test/routes/verify-email/token.test.ts'],
  },
  {
    file: 'models/operator/sessions.ts',
    from: 'if (one && found.length === 1)',
    to: 'if (one)',
    tests: ['test/models/operator/sessions.test.ts'],
  },
  {
    file: 'models/sign-in.ts',
    from: 'const unchanged = { _id: user._id, password: user.password }',
    to: 'const unchanged = { _id: user._id }',
    tests: ['test/routes/login-old-passwords.test.ts', 'test/models/user/legacy.test.ts'],
  },
  {
    file: 'models/sign-in/counters.ts',
    from: 'Math.abs(Date.now() - lastPurge) >= PURGE_INTERVAL',
    to: 'Date.now() - lastPurge >= PURGE_INTERVAL',
    tests: ['test/models/sign-in/throttle.test.ts'],
  },
  {
    file: 'models/user.ts',
    from: 'sort: { usernameKey: -1 }',
    to: 'sort: { usernameKey: 1 }',
    tests: ['test/models/user/legacy.test.ts', 'test/routes/login-old-passwords.test.ts'],
  },
  {
    // A name and an address would be kept apart: an imported user could be locked out.
    file: 'models/user.ts',
    from: 'schema.index({ keys: 1 }, { unique: true,',
    to: 'schema.index({ keys: 1 }, {',
    tests: ['test/models/user/claims.test.ts'],
  },
  {
    // Whoever confirmed an address could lose it.
    file: 'models/account/email-change/claim.ts',
    from: 'emailVerifiedAt: null,',
    to: '',
    tests: ['test/models/user/claims.test.ts'],
  },
  {
    file: 'models/first-answer.ts',
    from: 'findOne({ _id: id, expires: { $gt: new Date() } })',
    to: 'findOne({ _id: id })',
    tests: ['test/middleware/form/repeat.test.ts'],
  },
  {
    file: 'models/account/not-me.ts',
    from: 'emailKey: seen.emailKey ?? null, lockedAt: null }',
    to: 'emailKey: seen.emailKey ?? null }',
    tests: ['test/routes/account/not-me/token.test.ts'],
  },
  {
    file: 'models/account/not-me.ts',
    from: 'devices: [], twoFactorChangedAt: new Date()',
    to: 'devices: []',
    tests: ['test/routes/account/not-me/token.test.ts'],
  },
  {
    file: 'models/account/password-change/removal.ts',
    from: '!wayIn || !hasPassword(user)',
    to: '!wayIn',
    tests: ['test/routes/account/password/remove.test.ts'],
  },
  {
    file: 'models/account/password-change/removal.ts',
    from: 'user.passwordChangedAt ?? null, ...wayIn }',
    to: 'user.passwordChangedAt ?? null }',
    tests: ['test/routes/account/password/remove.test.ts'],
  },
  {
    file: 'models/sign-in/device.ts',
    from: '-MAX_DEVICES] }',
    to: 'MAX_DEVICES] }',
    tests: DEVICES,
  },
  {
    file: 'models/sign-in/device.ts',
    from: 'one.hash === sent && one.at > oldest()',
    to: 'one.hash === sent',
    tests: DEVICES,
  },
  {
    file: 'models/sign-in/device.ts',
    from: 'const seen = { hash: hashOf(device), at: { $gt: oldest() } }',
    to: 'const seen = { hash: hashOf(device) }',
    tests: DEVICES,
  },
  {
    file: 'models/user/field-values.ts',
    from: 'isRequired && isAskedLater && !details',
    to: 'isRequired && !details',
    tests: ['test/routes/account/details.test.ts'],
  },
]
