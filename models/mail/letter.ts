// What a letter says and to whom, found out at the moment it is sent: people change their names, addresses and minds meanwhile.
import { formatTime, translator } from '../../config/i18n.ts'
import type { Settings } from '../../config/env.ts'
import type { Device } from '../../lib/http/device.ts'
import type { Mail } from '../../lib/mail/smtp.ts'
import { renderMail } from '../../lib/mail/template.ts'
import { readEmail } from '../user/email.ts'
import { nameKey } from '../user/name-key.ts'
import type { Letter, OutboxEntry } from './outbox.ts'
import { issueReset, issueToken, type Seen } from './token.ts'
import { User, type UserDocument } from '../user.ts'

/** A letter as a mail; or why there is none: nobody is to get it, or the address is none that a mail could go to. */
export type Composed =
  | { ok: true; mail: Mail; userId: string | undefined }
  | { ok: false; reason: 'nobody' | 'no-address'; userId: string | undefined }

type LetterToUser = Exclude<Letter, { kind: 'account-deleted' }>
type Site = Pick<Settings, 'baseUrl' | 'securityContact'>

// The others tell of something done, all in the same form.
const WITH_A_VIEW: Letter['kind'][] = [
  'verify-email',
  'password-reset',
  'username-changed',
  'email-change',
]

/** Write the mail, with a new link if it has one. Links begin with the configured address, never with what a visitor said. */
export async function compose(entry: OutboxEntry, site: Site): Promise<Composed> {
  const { letter, locale } = entry
  if (letter.kind === 'account-deleted') return composeFarewell(entry, letter.email, site)
  const user = await User.findOne(filterOf(letter)).lean<UserDocument | null>()
  const userId = user?._id.toString()
  if (!user || userId === undefined) return { ok: false, reason: 'nobody', userId }
  // Not the address that was typed: another spelling of it may be another mailbox.
  const written = addressIn(letter) ?? user.email
  const to = typeof written === 'string' ? readEmail(written)?.address : undefined
  // Whoever registers with a stranger's address chooses the name too, perhaps "www.evil-shop.com": no letter to an address that
  // is not confirmed says it.
  const isConfirmed = written === user.email && user.emailVerifiedAt instanceof Date
  if (to === undefined) {
    // A document from elsewhere may hold anything: a line break here would begin another header.
    return { ok: false, reason: 'no-address', userId }
  } else {
    const values = {
      username: isConfirmed ? user.username : undefined,
      device: letter.kind === 'new-device' ? nameOf(letter.device, translator(locale)) : undefined,
      link: site.baseUrl + (await pathFor(letter, user)),
    }
    return { ok: true, mail: await write(entry, to, values, site), userId }
  }
}

// No account is left that a link could take back: the letter names whom to ask, where the site has a contact.
async function composeFarewell(entry: OutboxEntry, email: string, site: Site): Promise<Composed> {
  const to = readEmail(email)?.address
  if (to === undefined) return { ok: false, reason: 'no-address', userId: undefined }
  const mail = await write(entry, to, { username: undefined, link: site.securityContact }, site)
  return { ok: true, mail, userId: undefined }
}

async function write(
  { letter, locale, createdAt }: OutboxEntry,
  to: string,
  values: { username: string | undefined; link: string | undefined },
  { baseUrl }: Site,
): Promise<Mail> {
  const t = translator(locale)
  const time = formatTime(locale, createdAt)
  const view = WITH_A_VIEW.includes(letter.kind) ? letter.kind : 'notice'
  const forms = await renderMail(view, { ...letter, ...values, t, locale, baseUrl, time })
  return { to, subject: t(`mail.${letter.kind}.subject`), language: locale, ...forms }
}

function filterOf(letter: LetterToUser) {
  switch (letter.kind) {
    case 'password-reset':
      // Whoever registered with an address that is not theirs must not be handed the account of its owner, or the other way.
      return {
        keys: nameKey(letter.email), // by its index, whether it is an address or a name
        emailKey: nameKey(letter.email),
        emailVerifiedAt: { $type: 'date' as const },
        lockedAt: null,
      }
    case 'verify-email':
      return { _id: letter.userId, emailKey: { $type: 'string' as const }, emailVerifiedAt: null }
    case 'email-change':
      return { _id: letter.userId, 'pendingEmail.address': letter.email } // unless another was requested since
    default:
      return { _id: letter.userId }
  }
}

function addressIn(letter: LetterToUser): string | undefined {
  if (letter.kind === 'email-change') return letter.email
  return letter.kind === 'email-changed' ? letter.to : undefined
}

function nameOf(device: Device | undefined, t: ReturnType<typeof translator>): string {
  return device ? t('account.sessions.device', device) : t('account.sessions.unknown-device')
}

// Where the link leads: to the page that the letter is about, or to where somebody who did not do this takes the account back.
async function pathFor(letter: LetterToUser, user: UserDocument): Promise<string> {
  const seen: Seen = user.emailKey ? { emailKey: user.emailKey } : {}
  const token = (purpose: Parameters<typeof issueToken>[0], more: Seen = {}) =>
    issueToken(purpose, user._id.toString(), { ...seen, ...more })
  switch (letter.kind) {
    case 'verify-email':
      return `/verify-email/${await token('verify-email')}`
    case 'password-reset':
      return `/password-reset/${await issueReset(user)}`
    case 'email-change':
      return `/account/email/${await token('email-change', { newEmail: letter.email })}`
    case 'email-changed':
      return '/home' // no link to this address opens the account any more
    default:
      // What comes of it goes to a confirmed address alone. Another one may be a stranger's, who is told what everybody is.
      return user.emailVerifiedAt ? `/account/not-me/${await token('not-me')}` : '/password-reset'
  }
}
