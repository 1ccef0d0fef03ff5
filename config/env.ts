// The settings: the only reader of the environment. Everything is checked once, at start, and all problems are told together.
import { homedir } from 'node:os'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { z } from 'zod'

export type Settings = z.output<typeof schema>

/** Read the settings from the environment: every value, or a sentence for every problem. An empty variable counts as unset. */
export function readSettings(
  environment: NodeJS.ProcessEnv = process.env,
): { ok: true; settings: Settings } | { ok: false; problems: string[] } {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = schema.safeParse(set)
  if (parsed.success) {
    return { ok: true, settings: parsed.data }
  } else {
    // Zod names the variable and the rule but never the value: a mistyped secret must not reach a terminal or a log.
    return {
      ok: false,
      problems: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    }
  }
}

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`))

const folder = z.string().transform((path) => resolve(path))

const origin = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href) {
    return url.origin
  } else {
    context.addIssue('must be an address such as https://sign-in.example, without a path')
    return z.NEVER
  }
})

// An address with several hosts is no WHATWG URL, so only its beginning is checked here; the driver checks the rest.
const mongoUrl = z
  .string()
  .regex(/^mongodb(\+srv)?:\/\/./, 'must begin with mongodb:// or mongodb+srv://')

const secrets = z
  .string()
  .transform((text) => text.split(',').map((secret) => secret.trim()))
  .pipe(
    z.array(
      z.string().min(32, 'needs at least 32 characters for each secret, separated by commas'),
    ),
  )

const captcha = z
  .string()
  .regex(/^(on|off|fixed:\S+)$/, 'must be on, off or fixed:TEXT')
  .transform((text) =>
    text.startsWith('fixed:')
      ? { mode: 'fixed' as const, text: text.slice('fixed:'.length) }
      : { mode: text as 'on' | 'off' },
  )

// Trusting everybody ("true") would let any visitor choose an address with X-Forwarded-For, so it is not offered.
const trustProxy = z
  .string()
  .refine(
    (text) => /^[1-9]$/.test(text) || text.split(',').every((part) => isProxyAddress(part.trim())),
    'must be a number of proxies (1 to 9), or their addresses separated by commas',
  )
  .transform((text) => (/^\d$/.test(text) ? Number(text) : text))

const schema = z
  .object({
    NODE_ENV: z
      .enum(['development', 'production', 'test'], 'must be development, production or test')
      .default('development'),
    HOST: z.string().default('127.0.0.1'),
    PORT: wholeNumber(0, 65535).default(3000),
    BASE_URL: origin.optional(),
    MONGO_URL: mongoUrl.optional(),
    DATA_DIR: folder.default(resolve('.data')),
    XDG_CACHE_HOME: folder.default(join(homedir(), '.cache')),
    SESSION_SECRETS: secrets.optional(),
    SESSION_IDLE_MINUTES: wholeNumber(1, 24 * 60).default(30),
    SESSION_ABSOLUTE_HOURS: wholeNumber(1, 24 * 30).default(8),
    SESSION_REMEMBER_DAYS: wholeNumber(1, 365).default(30),
    PASSWORD_PEPPER: z.string().min(32, 'needs at least 32 characters').optional(),
    CAPTCHA: captcha.default({ mode: 'on' }),
    TRUST_PROXY: trustProxy.default(false as never),
    LOG_LEVEL: z
      .enum(
        ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
        'must be fatal, error, warn, info, debug, trace or silent',
      )
      .default('info'),
  })
  .superRefine((set, context) => {
    if (set.NODE_ENV === 'production') {
      const refuse = (path: string, message: string) => {
        context.addIssue({ code: 'custom', path: [path], message })
      }
      if (!set.SESSION_SECRETS) refuse('SESSION_SECRETS', 'is required in production')
      if (set.CAPTCHA.mode !== 'on') refuse('CAPTCHA', 'must be on in production')
    }
  })
  .transform((set) => ({
    environment: set.NODE_ENV,
    production: set.NODE_ENV === 'production',
    host: set.HOST,
    port: set.PORT,
    baseUrl: set.BASE_URL ?? defaultBaseUrl(set.HOST, set.PORT),
    baseUrlIsGiven: set.BASE_URL !== undefined,
    mongoUrl: set.MONGO_URL,
    dataDir: set.DATA_DIR,
    cacheDir: join(set.XDG_CACHE_HOME, 'sesame'),
    sessionSecrets: set.SESSION_SECRETS ?? [],
    sessionIdleMinutes: set.SESSION_IDLE_MINUTES,
    sessionAbsoluteHours: set.SESSION_ABSOLUTE_HOURS,
    sessionRememberDays: set.SESSION_REMEMBER_DAYS,
    passwordPepper: set.PASSWORD_PEPPER,
    captcha: set.CAPTCHA,
    trustProxy: set.TRUST_PROXY as number | string | false,
    logLevel: set.LOG_LEVEL,
  }))

/** The address that people type when none is given: a wildcard host is reached as localhost on this machine. */
export function defaultBaseUrl(host: string, port: number): string {
  const wildcard = host === '0.0.0.0' || host === '::'
  const name = wildcard ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host
  return new URL(`http://${name}:${port}`).origin
}

function isProxyAddress(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) {
    return true
  } else {
    const [address = '', bits = '0', ...rest] = text.split('/')
    const longest = isIP(address) === 6 ? 128 : 32
    return (
      isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= longest && rest.length === 0
    )
  }
}
