// A front end on another origin: three things have to fit before the session of /code is found again at /check.
import cors, { type CorsOptionsDelegate } from 'cors'
import { Router, type CookieOptions, type Request, type RequestHandler } from 'express'
import session from 'express-session'
import svgCaptcha from 'svg-captcha'
import { otherOriginOf } from './lib/other-origin.ts'
import { setOutcome, type Lesson } from './lib/lesson.ts'
import { LessonClient } from './lib/lesson-client.ts'

// #region
// The one front end that is let in: this very server under its other name on this machine.
const frontEnd: CorsOptionsDelegate<Request> = (req, done) => {
  done(null, { origin: otherOriginOf(req) ?? false, credentials: true }) // ← exactly this origin, and with cookies
}
const closed: RequestHandler = (_req, _res, next) => next()

const servers: Record<string, { allow: RequestHandler; cookie: CookieOptions }> = {
  closed: { allow: closed, cookie: { sameSite: 'lax' } },
  document: { allow: cors({ credentials: true }), cookie: {} }, // as in handout 4: any origin (*)
  lax: { allow: cors(frontEnd), cookie: { sameSite: 'lax' } },
  none: { allow: cors(frontEnd), cookie: { sameSite: 'none', secure: true } }, // ← travels where the browser allows third-party cookies
  partitioned: {
    allow: cors(frontEnd),
    cookie: { sameSite: 'none', secure: true, partitioned: true }, // ← travels in every current browser, but is kept for each front end apart
  },
}
// #endregion

export const crossOrigin: Lesson = {
  name: 'cross-origin',
  minutes: 15,
  handouts: [4],
  cookies: Object.keys(servers).map(nameOf),
  asksOtherOrigin: true,

  mount(app, { path, back, secret, stores }) {
    for (const [how, { allow, cookie }] of Object.entries(servers)) {
      const flags = { path, maxAge: 10 * 60 * 1000, ...cookie }
      const options = { name: nameOf(how), secret, cookie: flags, store: stores.mongo(how) }
      const server = Router()
      server.use(allow)
      server.use(asIfHttps)
      server.use(session({ ...options, resave: false, saveUninitialized: false }))
      app.use(`/${how}`, server)

      // #region
      server.get('/code', (req, res) => {
        const { text, data } = svgCaptcha.create({ size: 4, background: '#F5F7FA' })
        req.session.code = text
        setOutcome(res, 'drawn')
        res.json({ state: 1, result: { svg: data } }) // ← the picture alone: with its text anybody could answer
      })

      server.get('/check', (req, res) => {
        const code = typeof req.session.code
        setOutcome(res, code === 'undefined' ? 'not-found' : 'found')
        res.json({ code })
      })
      // #endregion

      // What a front end's script does, for browsers without scripts. A lesson client heeds neither CORS nor SameSite.
      for (const credentials of ['omit', 'include']) {
        app.post(`/ask/${how}/${credentials}`, async (req, res) => {
          const Origin = `http://localhost:${req.socket.localPort ?? 0}`
          const client = new LessonClient(req, 'front-end')
          await client.send('GET', `${path}/try/${how}/code`, { Origin })
          if (credentials === 'omit') client.jar.delete(nameOf(how))
          const { headers } = await client.send('GET', `${path}/try/${how}/check`, { Origin })
          const origin = headers['access-control-allow-origin'] ?? '–'
          const allowed = headers['access-control-allow-credentials'] ?? '–'
          const isOpen = credentials === 'omit' ? ['*', Origin] : [allowed === 'true' && Origin]
          setOutcome(res, isOpen.includes(origin) ? 'readable' : 'unreadable', {
            origin,
            allowed,
          }).redirect(303, back)
        })
      }
    }
  },

  look({ otherOrigin }) {
    const travelling = Object.keys(servers).filter(
      (how) => servers[how]?.cookie.sameSite === 'none',
    )
    // Between two sites a cookie travels only as SameSite=None, and some browsers block even that one, unless it is partitioned.
    const kept = Object.entries(servers).map(([how, { cookie }]) => {
      const whereAllowed = cookie.sameSite === 'none'
      return [
        how,
        { allowing: whereAllowed, blocking: whereAllowed && cookie.partitioned === true },
      ]
    })
    return Promise.resolve({
      servers: Object.keys(servers),
      kept: Object.fromEntries(kept) as object,
      travelling,
      otherOrigin: otherOrigin ?? null,
    })
  },
}

// A browser takes its own machine's names for safe and keeps Secure cookies from there. Elsewhere there has to be TLS.
const asIfHttps: RequestHandler = (req, _res, next) => {
  if (otherOriginOf(req)) Object.defineProperty(req, 'secure', { value: true })
  next()
}

function nameOf(how: string): string {
  return `cross-origin-${how}.sid`
}
