// Names, lifetimes and flags of the cookies, and the lifetimes of the sessions behind them.
import type { CookieOptions } from 'express'
import type { Settings } from './env.ts'
import { limits } from './limits.ts'
import { DAY, MINUTE } from './time.ts'

export const NOTICE_TTL = MINUTE
export const LOCALE_TTL = 365 * DAY
export const DEVICE_TTL = limits.deviceDays * DAY
export const TRUST_TTL = limits.trustDays * DAY
export const PENDING_TTL = 10 * MINUTE // between the password and the second factor
export const RECENT_TTL = limits.recentMinutes * MINUTE
export const RECENT_FORM_TTL = limits.recentFormMinutes * MINUTE
export const LATE_FORM_TTL = 10 * MINUTE // what was typed into a form that came too late
export const CHALLENGE_TTL = 5 * MINUTE // for a passkey to sign
export const CAPTCHA_TTL = limits.captchaMinutes * MINUTE

/** Every cookie of the site, but for those of lessons. */
export const COOKIES = ['sid', 'csrf', 'locale', 'notice', 'device', 'trusted', 'bypass'] as const

/** True if people reach the site over HTTPS, as its configured address (never a header) says. */
export function isHttps(settings: Settings): boolean {
  return settings.baseUrl.startsWith('https://')
}

/** A cookie's name: over HTTPS with the prefix that forbids other hosts and plain HTTP to plant it (RFC 6265bis, ASVS 3.3.3). */
export function cookieName(settings: Settings, name: (typeof COOKIES)[number]): string {
  return isHttps(settings) ? `__Host-${name}` : name
}

/** The flags of every cookie of the site: no script reads it, no other site's form carries it, no subdomain shares it. */
export function cookieFlags(settings: Settings) {
  return {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isHttps(settings),
  } as const satisfies CookieOptions
}
