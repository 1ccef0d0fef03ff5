// What whoever starts the site is told about its settings: who can reach it, and what does not protect them.
import type { Settings } from '../config/env.ts'
import { localeProblems } from '../config/i18n.ts'
import { passkeySiteOf } from '../config/passkeys.ts'
import { isHttps } from '../config/session.ts'
import { isLoopbackHost } from '../lib/http/loopback.ts'

const RULE = '='.repeat(78)

/** The lines to print below the address of a site that has just opened; none if there is nothing to warn of. */
export function warningsFor(settings: Settings, address: string): string[] {
  const isOpen = !settings.production && !isLoopbackHost(settings.host)
  return [
    ...(isOpen ? [RULE, ...whatIsOpen(settings, address), RULE] : []),
    ...localeProblems.map((problem) => `A language is not complete: ${problem}`),
    ...(settings.production && !isHttps(settings)
      ? [
          'INSECURE_HTTP is on: everybody on the way reads passwords and cookies, and can use them. Put a proxy that ends TLS in front, set BASE_URL=https://… and TRUST_PROXY=1, and unset INSECURE_HTTP.',
        ]
      : []),
    ...(isHttps(settings) && settings.trustProxy === false
      ? [
          'BASE_URL is https but TRUST_PROXY is not set: behind a proxy that ends TLS nobody can sign in, because a Secure cookie is never sent. Set TRUST_PROXY=1.',
        ]
      : []),
    ...(passkeySiteOf({ baseUrl: address })
      ? []
      : [
          `There are no passkeys at ${address}: browsers want a domain and https for them, or localhost.`,
        ]),
  ]
}

function whatIsOpen(settings: Settings, address: string): string[] {
  const { host, port, baseUrlIsGiven, lessons, catchesMail, captcha, throttle } = settings
  const ownPort = baseUrlIsGiven ? String(port) : new URL(address).port
  const isReachable = !isLoopbackHost(new URL(address).hostname)
  return [
    `THIS IS A DEVELOPMENT SITE, AND OTHERS CAN REACH IT: it listens on ${host}.`,
    '',
    isReachable
      ? `Everybody who reaches this machine can open ${address}`
      : 'Others get 421 until BASE_URL is the address that they type. Then everybody who reaches this machine can',
    lessons
      ? '  - register, sign in, and use all lessons, whose records each sees of their own browser'
      : '  - register and sign in',
    '  - read on the way what others send, because nothing is encrypted: no password here may be',
    '    one that somebody uses elsewhere.',
    ...(['on', 'failures'].includes(captcha.mode)
      ? []
      : ['  - register with programs: the captcha is off or known.']),
    ...(throttle ? [] : ['  - guess passwords as fast as they like: THROTTLE is off.']),
    catchesMail
      ? `Nobody but you reads the mails, at this machine: http://localhost:${ownPort}/dev/mail`
      : 'Mails are sent to whoever they are for.',
    '',
    'For a site that is meant for others: NODE_ENV=production (docs/deployment.md).',
  ]
}
