// Mistakes in what every request meets.
import type { Mutation } from './mutation.ts'

const MIDDLEWARE = 'test/middleware'

export const middleware: Mutation[] = [
  {
    file: 'middleware/access.ts',
    from: 'encodeURIComponent(req.originalUrl)',
    to: 'req.originalUrl',
    tests: ['test/routes/account.test.ts', 'test/routes/login-next.test.ts'],
  },
  {
    file: 'middleware/access.ts',
    from: 'clearSessionCookie(req)\n',
    to: '\n',
    tests: [`${MIDDLEWARE}/session/current-user.test.ts`],
  },
  {
    file: 'middleware/answer/errors.ts',
    from: 'if (!res.writableEnded) res.destroy()',
    to: '',
    tests: [`${MIDDLEWARE}/answer/errors-accident.test.ts`, `${MIDDLEWARE}/answer/errors.test.ts`],
  },
  {
    file: 'middleware/answer/errors.ts',
    from: "res.set('Cache-Control', 'no-store')",
    to: '',
    tests: [`${MIDDLEWARE}/answer/errors.test.ts`],
  },
  {
    // The data of whoever has just signed in would be kept by a cache.
    file: 'middleware/answer/json.ts',
    from: ".set('Cache-Control', 'no-store')",
    to: '',
    tests: [`${MIDDLEWARE}/answer/representation.test.ts`],
  },
  {
    file: 'middleware/assets.ts',
    from: 'max-age=${production ? 3600 : 0}',
    to: 'max-age=0',
    tests: [`${MIDDLEWARE}/assets.test.ts`],
  },
  {
    file: 'middleware/cors.ts',
    from: "res.vary('Origin')\n",
    to: '\n',
    tests: [`${MIDDLEWARE}/cors.test.ts`],
  },
  {
    file: 'middleware/mailed-link.ts',
    from: '.+/i',
    to: '.+/',
    tests: ['test/routes/password-reset/token.test.ts'],
  },
  {
    file: 'middleware/page.ts',
    from: 'route.post(guard, unlessHarmless(page, orShowAgain(page, requireToken)), page.submit)',
    to: 'route.post(unlessHarmless(page, orShowAgain(page, requireToken)), guard, page.submit)',
    tests: [`${MIDDLEWARE}/answer/problem.test.ts`, 'test/privacy.test.ts'],
  },
  {
    file: 'middleware/form/body.ts',
    from: 'type: JSON_TYPE,\n      limit: limits.bodyBytes,',
    to: 'type: JSON_TYPE,',
    tests: [`${MIDDLEWARE}/form/body.test.ts`],
  },
  {
    file: 'middleware/session.ts',
    from: 'if (!req.user) req.session.cookie.maxAge = CAPTCHA_TTL',
    to: 'req.session.cookie.maxAge = CAPTCHA_TTL',
    tests: ['test/routes/captcha.test.ts', `${MIDDLEWARE}/form/captcha.test.ts`],
  },
  {
    file: 'middleware/log/metrics.ts',
    from: '(performance.now() - begun) / 1000',
    to: 'performance.now() - begun',
    tests: ['test/lib/metrics/times.test.ts'],
  },
  {
    file: 'middleware/log/request-log.ts',
    from: "res.on('error', keepError)",
    to: 'void keepError',
    tests: [`${MIDDLEWARE}/log/request-log.test.ts`],
  },
  {
    file: 'middleware/log/security-events.ts',
    from: "(req.get('User-Agent') ?? '').slice(0, MAX_AGENT_LENGTH)",
    to: "req.get('User-Agent') ?? ''",
    tests: ['test/routes/account/activity.test.ts', `${MIDDLEWARE}/session/sign-in.test.ts`],
  },
  {
    // Whoever locks an account while its owner changes the password would find them signed in.
    file: 'middleware/session.ts',
    from: 'await save(req)\n  // Whoever locked or deleted the account meanwhile ended the old session and could not know of this one.\n  if (!(await isStillMember(member))) await signOut(req)',
    to: 'await save(req)',
    tests: [`${MIDDLEWARE}/session/sign-in.test.ts`, 'test/routes/account/password.test.ts'],
  },
  {
    // A page of another site would fill in a form of ours for somebody to send.
    file: 'middleware/session/recent.ts',
    from: '|| !isOurs) return',
    to: ') return',
    tests: ['test/routes/confirm.test.ts'],
  },
  {
    file: 'middleware/session/save-first.ts',
    from: 'return res !== undefined && res.statusCode >= 500',
    to: 'return res === undefined',
    tests: [`${MIDDLEWARE}/session/save-first.test.ts`],
  },
  {
    file: 'middleware/form/repeat.ts',
    from: 'fields.data?._csrf !== token || token === undefined',
    to: 'token === undefined || !fields.success',
    tests: ['test/middleware/form/repeat.test.ts'],
  },
  {
    file: 'middleware/form/repeat.ts',
    from: '(status === 422 && !req.user)',
    to: 'status === 422',
    tests: ['test/middleware/form/repeat.test.ts'],
  },
  {
    file: 'middleware/form/repeat.ts',
    from: '[token, req.originalUrl, req.body]',
    to: '[token, req.body]',
    tests: ['test/middleware/form/repeat.test.ts'],
  },
  {
    file: 'middleware/session/landing.ts',
    from: '!res.locals.isJson && (await',
    to: '(await',
    tests: ['test/routes/account/details.test.ts'],
  },
  {
    file: 'middleware/session/recent.ts',
    from: 'lateForm.path !== req.path || lateForm',
    to: 'lateForm',
    tests: ['test/routes/confirm.test.ts'],
  },
  {
    file: 'middleware/session/recent.ts',
    from: 'delete req.session.lateForm',
    to: '',
    tests: ['test/routes/confirm.test.ts'],
  },
]
