// The settings: the only reader of the environment. Everything is checked once, at start, and all problems are told together.
import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import {
  captcha,
  contact,
  folder,
  isGuessable,
  mailFrom,
  mongoUrl,
  oneOf,
  origin,
  origins,
  secrets,
  smtpUrl,
  trustProxy,
  wholeNumber,
  workers,
} from './env-fields.ts'
import { root } from './paths.ts'

export type Settings = z.output<typeof schema>

/** Read the settings from the environment: every value, or a sentence for every problem. An empty variable counts as unset. */
export function readSettings(
  environment: NodeJS.ProcessEnv = process.env,
): { ok: true; settings: Settings } | { ok: false; problems: string[] } {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(set)
  if (parsed.success) return { ok: true, settings: parsed.data }
  // Zod names the variable and the rule but never the value: a mistyped secret must not reach a terminal or a log.
  const { issues } = parsed.error
  return { ok: false, problems: issues.map(({ path, message }) => `${path.join('.')}: ${message}`) }
}

const GUESSABLE =
  'is too easy to guess: each secret has to be random, such as what "openssl rand -hex 32" prints'
const PLAIN_HTTP =
  'must begin with https:// in production: over plain HTTP everybody on the way reads passwords and cookies. Put a proxy that ends TLS in front, or say INSECURE_HTTP=on'

const schema = z
  .object({
    NODE_ENV: oneOf(['development', 'production', 'test']).default('development'),
    HOST: z.string().default('127.0.0.1'),
    PORT: wholeNumber(0, 65535).default(3000),
    BASE_URL: origin.optional(),
    INSECURE_HTTP: oneOf(['on', 'off']).default('off'),
    HSTS_SUBDOMAINS: oneOf(['on', 'off']).default('off'),
    KEEP_ALIVE_SECONDS: wholeNumber(1, 3600).default(75),
    CORS_ORIGINS: origins.default([]),
    MONGO_URL: mongoUrl.optional(),
    DATA_DIR: folder.default(join(root, '.data')),
    XDG_CACHE_HOME: folder.default(join(homedir(), '.cache')),
    SESSION_SECRETS: secrets.optional(),
    SESSION_IDLE_MINUTES: wholeNumber(1, 24 * 60).default(30),
    SESSION_ABSOLUTE_HOURS: wholeNumber(1, 24 * 30).default(8),
    SESSION_REMEMBER_DAYS: wholeNumber(1, 365).default(30),
    SESSION_ENCRYPTION_KEY: z.string().min(32, 'needs at least 32 characters').optional(),
    ENCRYPTION_KEYS: secrets.optional(),
    PASSWORD_PEPPER: z.string().min(32, 'needs at least 32 characters').optional(),
    CAPTCHA: captcha.default({ mode: 'on' }),
    AFTER_REGISTRATION: oneOf(['login', 'account']).default('login'),
    THROTTLE: oneOf(['on', 'off']).default('on'),
    SMTP_URL: smtpUrl.optional(),
    MAIL_FROM: mailFrom.optional(),
    SECURITY_CONTACT: contact.optional(),
    TRUST_PROXY: trustProxy.optional(),
    WORKERS: workers.default(1),
    LESSONS: oneOf(['on', 'off']).optional(),
    METRICS_HOST: z.string().default('127.0.0.1'),
    METRICS_PORT: wholeNumber(0, 65535).optional(),
    LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default(
      'info',
    ),
  })
  .superRefine((set, context) => {
    const refuse = (path: string, message: string) => {
      context.addIssue({ code: 'custom', path: [path], message })
    }
    if (set.SMTP_URL && !set.MAIL_FROM) refuse('MAIL_FROM', 'is required with SMTP_URL')
    if (set.NODE_ENV === 'production') {
      for (const name of ['SESSION_SECRETS', 'ENCRYPTION_KEYS'] as const) {
        if (!set[name]) refuse(name, 'is required in production')
      }
      // Not PASSWORD_PEPPER: a site that has a poor one can't change it, and must be able to start.
      for (const name of [
        'SESSION_SECRETS',
        'SESSION_ENCRYPTION_KEY',
        'ENCRYPTION_KEYS',
      ] as const) {
        if ([set[name] ?? []].flat().some(isGuessable)) refuse(name, GUESSABLE)
      }
      if (set.INSECURE_HTTP === 'off' && !set.BASE_URL) {
        refuse('BASE_URL', 'is required in production: the address that people type, with https://')
      } else if (set.INSECURE_HTTP === 'off' && !set.BASE_URL?.startsWith('https://')) {
        refuse('BASE_URL', PLAIN_HTTP)
      }
      if (!set.SMTP_URL) {
        refuse('SMTP_URL', 'is required in production: a forgotten password is reset by mail')
      }
      if (!['on', 'failures'].includes(set.CAPTCHA.mode)) {
        refuse('CAPTCHA', 'must be on or failures in production')
      }
      if (set.THROTTLE !== 'on') refuse('THROTTLE', 'must be on in production')
    }
  })
  .transform((set) => ({
    environment: set.NODE_ENV,
    production: set.NODE_ENV === 'production',
    host: set.HOST,
    port: set.PORT,
    baseUrl: set.BASE_URL ?? defaultBaseUrl(set.HOST, set.PORT),
    baseUrlIsGiven: set.BASE_URL !== undefined,
    hstsSubdomains: set.HSTS_SUBDOMAINS === 'on',
    keepAliveSeconds: set.KEEP_ALIVE_SECONDS,
    corsOrigins: set.CORS_ORIGINS,
    mongoUrl: set.MONGO_URL,
    dataDir: set.DATA_DIR,
    cacheDir: join(set.XDG_CACHE_HOME, 'sesame'),
    sessionSecrets: set.SESSION_SECRETS ?? [],
    sessionIdleMinutes: set.SESSION_IDLE_MINUTES,
    sessionAbsoluteHours: set.SESSION_ABSOLUTE_HOURS,
    sessionRememberDays: set.SESSION_REMEMBER_DAYS,
    sessionEncryptionKey: set.SESSION_ENCRYPTION_KEY,
    encryptionKeys: set.ENCRYPTION_KEYS ?? [],
    passwordPepper: set.PASSWORD_PEPPER,
    captcha: set.CAPTCHA,
    afterRegistration: set.AFTER_REGISTRATION,
    throttle: set.THROTTLE === 'on',
    smtpUrl: set.SMTP_URL,
    mailFrom: set.MAIL_FROM,
    catchesMail: set.SMTP_URL === undefined && set.NODE_ENV !== 'production',
    securityContact: set.SECURITY_CONTACT,
    trustProxy: set.TRUST_PROXY ?? false,
    workers: set.WORKERS,
    lessons: (set.LESSONS ?? (set.NODE_ENV === 'production' ? 'off' : 'on')) === 'on',
    metricsHost: set.METRICS_HOST,
    metricsPort: set.METRICS_PORT,
    logLevel: set.LOG_LEVEL,
  }))

const LOCAL_HOSTS = ['0.0.0.0', '::', '127.0.0.1', '::1']

/**
 * The address that people type when none is given. Where it is this machine, that is localhost: at its addresses browsers
 * refuse passkeys.
 */
export function defaultBaseUrl(host: string, port: number): string {
  const name = LOCAL_HOSTS.includes(host) ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host
  return new URL(`http://${name}:${port}`).origin
}
