// Mistakes around the second factor: apps, recovery codes, trusted devices and passkeys.
import type { Mutation } from './mutation.ts'

const APP = [
  'test/models/account/two-factor.test.ts',
  'test/routes/account/two-factor.test.ts',
  'test/routes/login/second-factor.test.ts',
]
const TRUSTED = ['test/routes/account/sessions-trusted.test.ts']
const OFF = ['test/routes/account/two-factor/off.test.ts']
const PASSKEYS = [
  'test/routes/account/passkeys.test.ts',
  'test/routes/account/passkeys/id.test.ts',
  'test/routes/login/passkey.test.ts',
]
const SECOND_PASSKEY = ['test/routes/login/second-factor-passkey.test.ts']

export const factors: Mutation[] = [
  {
    file: 'lib/totp.ts',
    from: 'const NEIGHBOURS = 1',
    to: 'const NEIGHBOURS = 10',
    tests: APP,
  },
  {
    file: 'lib/totp.ts',
    from: 'totp.counter({ timestamp: now }) + delta',
    to: 'totp.counter({ timestamp: now })',
    tests: APP,
  },
  {
    file: 'models/account/two-factor/check.ts',
    from: "'twoFactor.lastStep': { $lt: step }",
    to: "'twoFactor.lastStep': { $lte: step }",
    tests: APP,
  },
  {
    file: 'models/account/two-factor/check.ts',
    from: "{ $pull: { 'twoFactor.recoveryCodes': hash } }",
    to: '{ $set: {} }',
    tests: APP,
  },
  {
    file: 'models/account/two-factor/recovery-codes.ts',
    from: ".replaceAll('o', '0')",
    to: '',
    tests: APP,
  },
  {
    file: 'models/account/two-factor/trusted-device.ts',
    from: '$slice: -MAX_DEVICES',
    to: '$slice: MAX_DEVICES',
    tests: TRUSTED,
  },
  {
    file: 'models/account/two-factor/use-recovery-code.ts',
    from: "left === 0 ? 'recovery-codes-used-up' : 'recovery-code-used'",
    to: "'recovery-code-used' as const",
    tests: ['test/cut-off-sign-in.test.ts'],
  },
  {
    file: 'models/account/two-factor/change.ts',
    from: "const count = await endSessionsBut(store, userId, keeps, 'two-factor')",
    to: 'const count = 0',
    tests: ['test/cut-off.test.ts'],
  },
  {
    file: 'models/account/two-factor.ts',
    from: 'limits.twoFactorMinutes * MINUTE < Date.now()',
    to: 'limits.twoFactorMinutes * MINUTE > Date.now() * 2',
    tests: APP,
  },
  {
    file: 'models/account/two-factor.ts',
    from: "$set: { 'twoFactor.recoveryCodes': recoveryCodes }, $unset: { 'twoFactor.trusted': 1 } }",
    to: "$set: { 'twoFactor.recoveryCodes': recoveryCodes } }",
    tests: TRUSTED,
  },
  {
    file: 'models/account/two-factor.ts',
    from: "{ 'twoFactor.secret': { $type: 'string' }, ...wayIn }",
    to: "{ 'twoFactor.secret': { $type: 'string' } }",
    tests: [...OFF, 'test/routes/account/password/remove.test.ts'],
  },
  {
    file: 'models/account/passkeys.ts',
    from: '{ [`passkeys.${MAX_PASSKEYS - 1}`]: { $exists: false } }',
    to: '{}',
    tests: PASSKEYS,
  },
  {
    file: 'models/account/passkeys.ts',
    from: "$push: { passkeys: passkey }, $unset: { 'twoFactor.trusted': 1 } }",
    to: '$push: { passkeys: passkey } }',
    tests: TRUSTED,
  },
  {
    file: 'models/account/passkeys.ts',
    from: "!user || (await User.exists({ 'passkeys.id': made.id }))",
    to: '!user',
    tests: PASSKEYS,
  },
  {
    file: 'models/account/passkeys/use.ts',
    from: '{ $lt: counter }',
    to: '{ $lte: counter }',
    tests: PASSKEYS,
  },
  {
    file: 'models/account/passkeys/use.ts',
    from: 'userVerified: userVerified && passkey.userVerified === true',
    to: 'userVerified',
    tests: PASSKEYS,
  },
  {
    file: 'models/account/passkeys/use.ts',
    from: "!used || ![userHandle(userId), ''].includes(handle)",
    to: '!used',
    tests: PASSKEYS,
  },
  {
    file: 'models/account/passkeys/ways-in.ts',
    from: "&& hasCodes && taken !== 'app'",
    to: '&& hasCodes',
    tests: [...OFF, 'test/routes/account/password/remove.test.ts'],
  },
  {
    file: 'models/account/passkeys/ways-in.ts',
    from: 'emailVerifiedAt instanceof Date && (',
    to: '(',
    tests: [...OFF, 'test/routes/account/password/remove.test.ts'],
  },
  {
    file: 'models/sign-in/challenge.ts',
    from: 'found?.purpose === purpose && found.expires',
    to: 'found && found.expires',
    tests: [...PASSKEYS, ...SECOND_PASSKEY],
  },
  {
    file: 'models/sign-in/passkey.ts',
    from: '} else if (user.lockedAt) {',
    to: '} else if (user.lockedAt && !userVerified) {',
    tests: PASSKEYS,
  },
  {
    file: 'models/sign-in/passkey.ts',
    from: 'await attempt.succeed()\n',
    to: '\n',
    tests: [...PASSKEYS, 'test/middleware/throttle-sign-in.test.ts'],
  },
  {
    file: 'models/sign-in/second-factor.ts',
    from: 'const isTheirs = used.user._id.toString() === userId',
    to: 'const isTheirs = userId.length > 0',
    tests: SECOND_PASSKEY,
  },
  {
    file: 'models/sign-in.ts',
    from: 'hasSecondFactor(user) && !isTrusted(user, trust)',
    to: 'hasSecondFactor(user) && trust === undefined',
    tests: TRUSTED,
  },
  {
    file: 'middleware/session/pending.ts',
    from: 'endsAt: new Date(Date.now() + PENDING_TTL),',
    to: '',
    tests: APP,
  },
  {
    file: 'middleware/session/pending.ts',
    from: 'await regenerate(req)\n',
    to: '\n',
    tests: APP,
  },
  {
    file: 'middleware/session/challenge.ts',
    from: '.slice(0, 1 - MAX_CHALLENGES)',
    to: '.slice(0, 0)',
    tests: [...PASSKEYS, ...SECOND_PASSKEY],
  },
  {
    file: 'middleware/session/trusted-device.ts',
    from: 'maxAge: TRUST_TTL, signed: true',
    to: 'maxAge: TRUST_TTL',
    tests: TRUSTED,
  },
]
