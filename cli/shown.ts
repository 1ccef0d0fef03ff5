// What may be shown of a site to somebody who helps: settings and fields of the log that hold no secret and tell of nobody.
import type { Settings } from '../config/env.ts'
import { plain } from './terminal.ts'

// Every setting is here: whoever adds one decides whether it is shown. Of the others is told only whether they are set.
const SETTINGS: Record<keyof Settings, 'shown' | 'hidden'> = {
  environment: 'shown',
  production: 'shown',
  host: 'shown',
  port: 'shown',
  baseUrl: 'shown',
  baseUrlIsGiven: 'shown',
  hstsSubdomains: 'shown',
  keepAliveSeconds: 'shown',
  corsOrigins: 'shown',
  mongoUrl: 'hidden',
  dataDir: 'shown',
  cacheDir: 'shown',
  sessionSecrets: 'hidden',
  sessionIdleMinutes: 'shown',
  sessionAbsoluteHours: 'shown',
  sessionRememberDays: 'shown',
  sessionEncryptionKey: 'hidden',
  encryptionKeys: 'hidden',
  passwordPepper: 'hidden',
  captcha: 'hidden', // in tests it holds the answer
  afterRegistration: 'shown',
  throttle: 'shown',
  smtpUrl: 'hidden',
  mailFrom: 'hidden', // an address
  catchesMail: 'shown',
  securityContact: 'hidden',
  trustProxy: 'shown',
  workers: 'shown',
  lessons: 'shown',
  metricsHost: 'shown',
  metricsPort: 'shown',
  logLevel: 'shown',
}

// The fields of docs/operations.md, but for those that name an account, a session or an address.
const FIELDS = [
  ...['time', 'level', 'msg', 'version', 'node', 'requestId', 'method', 'route', 'status', 'ms'],
  ...['event', 'reason', 'limit', 'by', 'count', 'mail', 'kind', 'attempts', 'worker', 'workers'],
  ...['pause', 'outcome', 'left', 'connections', 'diskFree'],
]

// What a message of a library may repeat, whoever wrote it.
const EMAIL = /[^\s<>"'(),:;/]+@[^\s<>"'(),:;/]+/g
const LONG = /[\w-]{32,}/g // as tokens, ids of sessions and keys are
const SECRET_OPTION = /[?&][^=&]*(?:pass|properties|secret|token)[^=&]*=([^&]*)/gi
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/ // as ids of requests are

/** The settings that may be shown; of the others whether they are set. */
export function shownSettings(settings: Settings): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      const isSet = value !== undefined && (!Array.isArray(value) || value.length > 0)
      const isShown = SETTINGS[name as keyof Settings] === 'shown'
      return [name, isShown ? value : isSet ? 'set' : 'not set']
    }),
  )
}

/** What may be shown of a line of the log. One that is not of the site's own making may hold anything, so nothing. */
export function shownFields(line: string): object {
  const fields = parse(line)
  if (fields === undefined) return { hidden: 'a line that is no JSON' }
  const shown = Object.entries(fields).filter(([name]) => FIELDS.includes(name))
  const { err } = fields as { err?: unknown }
  return { ...Object.fromEntries(shown), ...(err === undefined ? {} : { err: shownError(err) }) }
}

/** Takes out of a text what looks like an address or a key, and the secrets of these settings wherever they stand. */
export function scrubber(settings: Settings | undefined): (text: string) => string {
  const secrets = settings ? secretsOf(settings) : []
  return (text) => {
    let scrubbed = text
    for (const secret of secrets) scrubbed = scrubbed.replaceAll(secret, '[secret]')
    scrubbed = scrubbed.replace(EMAIL, '[email]')
    return plain(scrubbed.replace(LONG, (one) => (UUID.test(one) ? one : '[long word]')))
  }
}

// Its message may repeat what a visitor typed, or a whole address with its password; where it happened says enough.
function shownError(err: unknown): object {
  const { type, code, stack } = err as { type?: unknown; code?: unknown; stack?: unknown }
  const lines = typeof stack === 'string' ? stack.split('\n') : []
  return { type, code, stack: lines.filter((line) => /^\s+at /.test(line)) }
}

function parse(line: string): object | undefined {
  try {
    const fields: unknown = JSON.parse(line)
    return typeof fields === 'object' && fields !== null ? fields : undefined
  } catch {
    return undefined
  }
}

function secretsOf(settings: Settings): string[] {
  const { mongoUrl, smtpUrl, sessionEncryptionKey, passwordPepper } = settings
  const urls = [mongoUrl, smtpUrl].filter((url) => url !== undefined)
  const passwords = urls.flatMap((url) => {
    const [, password = ''] = /:\/\/[^:/@]*:(.*)@/.exec(url) ?? []
    const options = [...url.matchAll(SECRET_OPTION)].map(([, value = '']) => value)
    return [password, ...options].flatMap((one) => [one, decoded(one)])
  })
  return [
    ...urls,
    ...passwords,
    ...settings.sessionSecrets,
    ...settings.encryptionKeys,
    sessionEncryptionKey ?? '',
    passwordPepper ?? '',
  ].filter((secret) => secret !== '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a "%" that stands for itself
  }
}
