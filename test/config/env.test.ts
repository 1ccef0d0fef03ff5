// The settings: what stands where nothing is said, what is refused and in which words, and what is never repeated.
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultBaseUrl, readSettings } from '../../config/env.ts'

const SECRET = 'a secret of more than thirty-two characters'
const MAIL = { SMTP_URL: 'smtps://mail.example', MAIL_FROM: 'sesame@sign-in.example' }
const BASE_URL = 'https://sign-in.example'
const PRODUCTION = {
  NODE_ENV: 'production',
  SESSION_SECRETS: SECRET,
  ENCRYPTION_KEYS: SECRET,
  BASE_URL,
  ...MAIL,
}

const settings = (environment: NodeJS.ProcessEnv) => {
  const read = readSettings(environment)
  return read.ok ? read.settings : { problems: read.problems }
}
const problems = (environment: NodeJS.ProcessEnv) => {
  const read = readSettings(environment)
  return read.ok ? [] : read.problems
}

describe('readSettings', () => {
  it('needs nothing: every setting has a default for development', () => {
    expect(settings({ HOME: '/home/sesame' })).toMatchObject({
      environment: 'development',
      production: false,
      host: '127.0.0.1',
      port: 3000,
      baseUrl: 'http://localhost:3000',
      baseUrlIsGiven: false,
      corsOrigins: [],
      mongoUrl: undefined,
      dataDir: resolve('.data'),
      sessionSecrets: [],
      encryptionKeys: [],
      sessionIdleMinutes: 30,
      sessionAbsoluteHours: 8,
      sessionRememberDays: 30,
      passwordPepper: undefined,
      captcha: { mode: 'on' },
      smtpUrl: undefined,
      mailFrom: undefined,
      catchesMail: true,
      hstsSubdomains: false,
      keepAliveSeconds: 75,
      trustProxy: false,
      workers: 1,
      logLevel: 'info',
    })
  })

  it('takes an empty variable for one that is not set', () => {
    const names = [
      'NODE_ENV',
      'PORT',
      'BASE_URL',
      'CORS_ORIGINS',
      'MONGO_URL',
      'SESSION_SECRETS',
      'ENCRYPTION_KEYS',
      'TRUST_PROXY',
    ]

    expect(settings(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(settings({}))
  })

  it('needs just an address, secrets and a mail server in production', () => {
    expect(settings(PRODUCTION)).toMatchObject({
      production: true,
      captcha: { mode: 'on' },
      catchesMail: false,
    })
  })

  it('reads secrets in their order, without the space around them', () => {
    const read = settings({ SESSION_SECRETS: `${SECRET} new, ${SECRET} old` })

    expect(read).toMatchObject({ sessionSecrets: [`${SECRET} new`, `${SECRET} old`] })
  })

  it.each([
    ['MONGO_URL', 'mongodb://a.example:27017,b.example:27018/site?replicaSet=rs0', 'mongoUrl'],
    ['MONGO_URL', 'mongodb+srv://cluster.example/site', 'mongoUrl'],
    ['BASE_URL', 'https://sign-in.example', 'baseUrl'],
    ['BASE_URL', 'http://[::1]:8080', 'baseUrl'],
    ['TRUST_PROXY', 'loopback', 'trustProxy'],
    ['TRUST_PROXY', '10.0.0.0/8, fd00::/8,192.0.2.7', 'trustProxy'],
  ])('takes %s=%s as it is', (name, value, setting) => {
    expect(settings({ [name]: value })).toMatchObject({ [setting]: value })
  })

  it.each([
    ['BASE_URL', 'https://Sign-In.example:443/', { baseUrl: 'https://sign-in.example' }],
    ['BASE_URL', 'http://a.example', { baseUrlIsGiven: true }],
    ['CORS_ORIGINS', 'https://App.example:443', { corsOrigins: ['https://app.example'] }],
    [
      'CORS_ORIGINS',
      'http://localhost:5173/, https://app.example',
      { corsOrigins: ['http://localhost:5173', 'https://app.example'] },
    ],
    ['TRUST_PROXY', '2', { trustProxy: 2 }],
    ['WORKERS', '4', { workers: 4 }],
    ['WORKERS', 'auto', { workers: availableParallelism() }],
    ['CAPTCHA', 'fixed:SESAM', { captcha: { mode: 'fixed', text: 'SESAM' } }],
    ['CAPTCHA', 'off', { captcha: { mode: 'off' } }],
    ['AFTER_REGISTRATION', 'account', { afterRegistration: 'account' }],
    ['PORT', '0', { port: 0 }],
    ['DATA_DIR', 'data', { dataDir: resolve('data') }],
    ['XDG_CACHE_HOME', '/cache', { cacheDir: '/cache/sesame' }],
  ])('understands %s=%s', (name, value, expected) => {
    expect(settings({ [name]: value })).toMatchObject(expected)
  })

  it.each([
    ['sesame@sign-in.example', { name: '', address: 'sesame@sign-in.example' }],
    ['Sesame <s@a.example>', { name: 'Sesame', address: 's@a.example' }],
    ['"芝麻, 开门" <s@a.example>', { name: '芝麻, 开门', address: 's@a.example' }],
  ])('understands MAIL_FROM=%s', (MAIL_FROM, mailFrom) => {
    expect(settings({ ...MAIL, MAIL_FROM })).toMatchObject({ mailFrom, catchesMail: false })
  })

  it('asks for MAIL_FROM where there is an SMTP_URL', () => {
    expect(problems({ SMTP_URL: MAIL.SMTP_URL })).toEqual(['MAIL_FROM: is required with SMTP_URL'])
  })

  it.each([
    ['NODE_ENV', ['prod'], 'must be development, production or test'],
    ['PORT', ['http', '3000.5', '-1', '0x10'], 'must be a whole number from 0 to 65535'],
    ['PORT', ['65536'], 'must be at most 65535'],
    ['SESSION_IDLE_MINUTES', ['0'], 'must be at least 1'],
    ['SESSION_ABSOLUTE_HOURS', ['721'], 'must be at most 720'],
    ['SESSION_REMEMBER_DAYS', ['366'], 'must be at most 365'],
    ['MONGO_URL', ['localhost:27017', 'mongodb://'], 'must begin with mongodb://'],
    ['CAPTCHA', ['On', 'fixed:', 'fixed:A B'], 'must be on, failures, off or fixed:TEXT'],
    ['LOG_LEVEL', ['verbose'], 'must be fatal, error, warn'],
    ['BASE_URL', ['sign-in.example', 'ftp://a.example'], 'must be an address such as'],
    ['BASE_URL', ['https://a.example/x', 'https://a.example?x', 'https://u@a.example'], 'without'],
    ['SMTP_URL', ['mail.example:25', 'smtp://', 'http://mail.example'], 'must be an address such'],
    ['MAIL_FROM', ['sesame', 'Sesame <sesame>', 'a@a.example, b@a.example'], 'must be an address'],
    ['MAIL_FROM', ['A\nBcc: b@a.example <a@a.example>', 'A <a@a.example> B'], 'must be an address'],
    ['WORKERS', ['0', '-1', '100', 'all', '2.5'], 'must be auto or a whole number'],
    ['TRUST_PROXY', ['true', '0', '10', '10.0.0.0/33', '::1/129'], 'must be a number of proxies'],
    ['TRUST_PROXY', ['proxy.example', '10.0.0.1,', '10.0.0.0/8/8'], 'must be a number of proxies'],
  ])('refuses %s=%j', (name, values, message) => {
    for (const value of values) {
      expect(problems({ [name]: value })).toEqual([expect.stringContaining(`${name}: `)])
      expect(problems({ [name]: value })[0]).toContain(message)
    }
  })

  it.each([
    '*',
    'null',
    'app.example',
    'https://*.example',
    'https://a.example/x',
    'https://a.example,',
  ])('refuses CORS_ORIGINS=%s', (value) => {
    const told = problems({ CORS_ORIGINS: value }).join('\n')

    expect(told).toMatch(/^CORS_ORIGINS\.\d: must be an address such as .*$/)
  })

  it('tells all problems together and repeats no value', () => {
    const told = problems({
      PORT: 'geheim-1',
      MONGO_URL: 'geheim-2',
      SESSION_SECRETS: `geheim-3,${SECRET},geheim-4`,
      PASSWORD_PEPPER: 'geheim-5',
      CAPTCHA: 'geheim-6',
      BASE_URL: 'geheim-7',
      SMTP_URL: 'geheim-8',
    })

    for (const name of ['PORT', 'MONGO_URL', 'SESSION_SECRETS', 'PASSWORD_PEPPER', 'CAPTCHA']) {
      expect(told.join('\n')).toContain(name)
    }
    expect(told.join('\n')).not.toMatch(/geheim|thirty-two characters/)
  })

  it.each(['off', 'fixed:SESAM'])('refuses to run in production with CAPTCHA=%s', (CAPTCHA) => {
    expect(problems({ ...PRODUCTION, CAPTCHA })).toEqual([
      'CAPTCHA: must be on or failures in production',
    ])
  })

  it('refuses to run in production without an address, without secrets and without a mail server', () => {
    expect(problems({ NODE_ENV: 'production' })).toEqual([
      'SESSION_SECRETS: is required in production',
      'ENCRYPTION_KEYS: is required in production',
      'BASE_URL: is required in production: the address that people type, with https://',
      'SMTP_URL: is required in production: a forgotten password is reset by mail',
    ])
  })
})

describe('In production', () => {
  it.each(['http://sign-in.example', 'http://127.0.0.1:3000', 'HTTP://sign-in.example'])(
    'BASE_URL=%s is refused unless it is asked for by name',
    (BASE_URL) => {
      const plain = problems({ ...PRODUCTION, BASE_URL })
      const asked = settings({ ...PRODUCTION, BASE_URL, INSECURE_HTTP: 'on' })

      expect(plain).toEqual([
        expect.stringMatching(/^BASE_URL: must begin with https.*INSECURE_HTTP/),
      ])
      expect(asked).toMatchObject({ production: true, baseUrl: BASE_URL.toLowerCase() })
    },
  )

  const guessable = [
    'a'.repeat(64),
    'ab'.repeat(20),
    '0'.repeat(31) + '1',
    'changeme'.repeat(5),
    'change-this-secret-change-this-secret-change', // the last one cut off
    '0123456789abcdef'.repeat(2),
    'abcdefghijklmnopqrstuvwxyz0123456789',
    'ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210',
    '芝麻开门'.repeat(10),
  ]
  const names = ['SESSION_SECRETS', 'SESSION_ENCRYPTION_KEY', 'ENCRYPTION_KEYS']
  const rows = names.flatMap((name) => guessable.map((secret): [string, string] => [name, secret]))

  it.each(rows)('%s=%s is refused, and not repeated', (name, secret) => {
    const said = problems({ ...PRODUCTION, [name]: secret }).join('\n')

    expect(said).toMatch(new RegExp(`^${name}: is too easy to guess: .*openssl rand -hex 32`))
    expect(said).not.toContain(secret)
    expect(problems({ [name]: secret })).toEqual([])
  })

  it('a guessable pepper is taken: a site that has one can not change it', () => {
    expect(problems({ ...PRODUCTION, PASSWORD_PEPPER: 'a'.repeat(64) })).toEqual([])
  })

  it('a guessable secret is refused also behind a good one, which would still sign cookies', () => {
    const SESSION_SECRETS = `${SECRET},${'a'.repeat(32)}`

    expect(problems({ ...PRODUCTION, SESSION_SECRETS })).toHaveLength(1)
  })

  it.each(['hex', 'base64', 'base64url'] as const)('random secrets are taken: %s', (encoding) => {
    const made = Array.from({ length: 500 }, () => randomBytes(32).toString(encoding).slice(0, 32))

    const SESSION_SECRETS = made.join()

    expect(problems({ ...PRODUCTION, SESSION_SECRETS })).toEqual([])
  })
})

describe('defaultBaseUrl', () => {
  it.each([
    ['127.0.0.1', 3000, 'http://localhost:3000'],
    ['127.0.0.1', 80, 'http://localhost'],
    ['0.0.0.0', 3000, 'http://localhost:3000'],
    ['::', 3000, 'http://localhost:3000'],
    ['::1', 3000, 'http://localhost:3000'],
    ['127.0.0.2', 3000, 'http://127.0.0.2:3000'],
  ])('of HOST=%s and PORT=%i is an address that people can type', (host, port, address) => {
    expect(defaultBaseUrl(host, port)).toBe(address)
  })
})
