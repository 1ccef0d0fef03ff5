// The flags of a cookie: which scripts may read it, over what it is set, and from where it is sent.
import express, { Router, type CookieOptions } from 'express'
import session from 'express-session'
import { cookiesOf } from './lib/cookies.ts'
import { setOutcome, type Lesson } from './lib/lesson.ts'
import { LessonClient } from './lib/lesson-client.ts'

// #region
const kinds: Record<string, CookieOptions> = {
  closed: { httpOnly: true }, // ← no script reads it
  open: { httpOnly: false },
  secure: { secure: true }, // ← over plain HTTP it is not even sent to the browser
  strict: { sameSite: 'strict' }, // ← comes along from this site's own pages only
  lax: { sameSite: 'lax' }, // ← and when somebody follows a link from another site
  none: { sameSite: 'none' }, // a browser throws it away, because it is not Secure too
}
// #endregion
const proxies = { direct: false, behind: 1 } // how many proxies Express is told to trust
const names = [...Object.keys(kinds), ...Object.keys(proxies)].map(nameOf)

export const flags: Lesson = {
  name: 'flags',
  minutes: 15,
  handouts: [1, 2, 3, 4],
  cookies: names,

  mount(app, { path, back, secret, stores }) {
    // #region
    const sessionOf = (kind: string, flags: CookieOptions) => {
      const cookie = { path, maxAge: 10 * 60 * 1000, ...flags }
      const options = { name: nameOf(kind), secret, cookie, store: stores.mongo(kind) }
      return session({ ...options, resave: false, saveUninitialized: false })
    }
    // #endregion

    for (const [kind, options] of Object.entries(kinds)) {
      const server = Router()
      server.use(sessionOf(kind, options))
      server.post('/visit', (req, res) => {
        req.session.visits = (req.session.visits ?? 0) + 1
        setOutcome(res, kind).redirect(303, back)
      })
      app.use(`/${kind}`, server)
    }

    app.get('/arrive', (req, res) => {
      const sent = Object.keys(cookiesOf(req, names)).join(', ')
      setOutcome(res, sent ? 'arrived' : 'arrived-empty', {
        host: req.get('Host') ?? '',
        sent,
      }).redirect(303, back)
    })

    // #region
    for (const [kind, count] of Object.entries(proxies)) {
      const server = express().disable('x-powered-by')
      server.set('trust proxy', count) // ← with 1, X-Forwarded-Proto says whether this is HTTPS
      server.use(sessionOf(kind, { secure: true }))
      server.post('/visit', (req, res) => {
        req.session.visits = (req.session.visits ?? 0) + 1
        setOutcome(res, req.secure ? 'taken-for-https' : 'taken-for-http').redirect(303, back)
      })
      app.use(`/${kind}`, server)
      // #endregion

      app.post(`/proxy/${kind}`, async (req, res) => {
        const proxy = new LessonClient(req, 'proxy')
        await proxy.send('POST', `${path}/try/${kind}/visit`, { 'X-Forwarded-Proto': 'https' })
        setOutcome(res, 'proxied').redirect(303, back)
      })
    }
  },

  async look({ cookies, otherOrigin }, { stores }) {
    const seen = Object.entries(kinds).map(async ([kind, options]) => ({
      kind,
      options: Object.entries(options).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
      isSent: cookies[nameOf(kind)] !== undefined,
      stored: await stores.count(kind),
    }))
    return { kinds: await Promise.all(seen), otherOrigin: otherOrigin ?? null }
  },
}

function nameOf(kind: string): string {
  return `flags-${kind}.sid`
}
