// THE MAP: every URL of the site, who may enter, and the file that answers.
import { anyone, bearer, developer, guest, member, pending } from '../middleware/access.ts'
import {
  recent,
  recentForm,
  recentIf,
  recentWithoutPassword,
} from '../middleware/session/recent.ts'
import type { Row } from '../middleware/page.ts'
import { throttleQuestion, throttleCaptcha } from '../middleware/throttle.ts'
import * as account from './account.ts'
import * as accountActivity from './account/activity.ts'
import * as accountDelete from './account/delete.ts'
import * as accountDetails from './account/details.ts'
import * as accountEmail from './account/email.ts'
import * as accountEmailToken from './account/email/token.ts'
import * as accountExport from './account/export.ts'
import * as accountNotMeToken from './account/not-me/token.ts'
import * as accountPasskeys from './account/passkeys.ts'
import * as accountPasskeysId from './account/passkeys/id.ts'
import * as accountPassword from './account/password.ts'
import * as accountPasswordRemove from './account/password/remove.ts'
import * as accountSessions from './account/sessions.ts'
import * as accountTwoFactor from './account/two-factor.ts'
import * as accountTwoFactorOff from './account/two-factor/off.ts'
import * as accountTwoFactorPicture from './account/two-factor/picture.ts'
import * as accountTwoFactorRecoveryCodes from './account/two-factor/recovery-codes.ts'
import * as accountUsername from './account/username.ts'
import * as captcha from './captcha.ts'
import * as confirm from './confirm.ts'
import * as devMail from './dev/mail.ts'
import * as devMailId from './dev/mail/id.ts'
import * as healthz from './healthz.ts'
import * as home from './home.ts'
import * as locale from './locale.ts'
import * as login from './login.ts'
import * as loginPasskey from './login/passkey.ts'
import * as loginSecondFactor from './login/second-factor.ts'
import * as logout from './logout.ts'
import * as maintenanceToken from './maintenance/token.ts'
import * as passwordReset from './password-reset.ts'
import * as passwordResetToken from './password-reset/token.ts'
import * as readyz from './readyz.ts'
import * as register from './register.ts'
import * as root from './root.ts'
import * as verifyEmail from './verify-email.ts'
import * as verifyEmailToken from './verify-email/token.ts'
import * as changePassword from './well-known/change-password.ts'
import * as passkeyEndpoints from './well-known/passkey-endpoints.ts'
import * as securityTxt from './well-known/security.txt.ts'

/** Answered before anything that needs the database. */
export const withoutSession: Row[] = [
  ['/healthz', anyone, healthz],
  ['/readyz', anyone, readyz],
  ['/.well-known/change-password', anyone, changePassword],
  ['/.well-known/passkey-endpoints', anyone, passkeyEndpoints],
  ['/.well-known/security.txt', anyone, securityTxt],
  ['/maintenance/:token', bearer, maintenanceToken],
]

/** The pages. Each POST passes the guard and then the CSRF token's check. */
export const withSession: Row[] = [
  ['/', anyone, root],
  ['/home', anyone, home],
  ['/register', [guest, throttleQuestion], register],
  ['/login', [guest, throttleQuestion], login],
  ['/login/passkey', [guest, throttleCaptcha], loginPasskey],
  ['/login/second-factor', pending, loginSecondFactor],
  ['/logout', anyone, logout],
  ['/confirm', member, confirm],
  ['/password-reset', [anyone, throttleQuestion], passwordReset],
  ['/password-reset/:token', bearer, passwordResetToken],
  ['/verify-email', member, verifyEmail],
  ['/verify-email/:token', bearer, verifyEmailToken],
  ['/account', member, account],
  ['/account/password', [member, recentWithoutPassword], accountPassword],
  ['/account/password/remove', [member, recent], accountPasswordRemove],
  ['/account/email', [member, recent], accountEmail],
  ['/account/email/:token', bearer, accountEmailToken],
  ['/account/not-me/:token', bearer, accountNotMeToken],
  ['/account/details', member, accountDetails],
  ['/account/username', [member, recentWithoutPassword], accountUsername],
  ['/account/two-factor', [member, recent], accountTwoFactor],
  ['/account/two-factor/picture', [member, recentForm], accountTwoFactorPicture],
  [
    '/account/two-factor/recovery-codes',
    [member, recentIf(accountTwoFactorRecoveryCodes.isDangerous)],
    accountTwoFactorRecoveryCodes,
  ],
  ['/account/two-factor/off', [member, recent], accountTwoFactorOff],
  ['/account/passkeys', [member, recent], accountPasskeys],
  ['/account/passkeys/:id', [member, recent], accountPasskeysId],
  ['/account/sessions', [member, recentIf(accountSessions.isDangerous)], accountSessions],
  ['/account/activity', member, accountActivity],
  ['/account/export', [member, recent], accountExport],
  ['/account/delete', [member, recent], accountDelete],
  ['/captcha', throttleCaptcha, captcha],
  ['/locale', anyone, locale],
  ['/dev/mail', developer, devMail],
  ['/dev/mail/:id', developer, devMailId],
]
