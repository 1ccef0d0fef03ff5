// The secret: a changed cookie is refused, and with an array of secrets nobody is signed out when the secret is changed.
import { Router, type RequestHandler } from 'express'
import session from 'express-session'
import { cookiesOf } from './lib/cookies.ts'
import { setOutcome, type Lesson } from './lib/lesson.ts'
import { LessonClient } from './lib/lesson-client.ts'

const name = 'secret.sid'

export const secret: Lesson = {
  name: 'secret',
  minutes: 10,
  handouts: [2, 5],
  cookies: [name],

  mount(app, { path, back, secret, stores }) {
    const cookie = { path, httpOnly: true, sameSite: 'lax', maxAge: 10 * 60 * 1000 } as const
    // #region
    const store = stores.mongo()
    const [old, fresh] = [`${secret}, the old one`, `${secret}, the new one`]
    const servers = {
      before: [old],
      during: [fresh, old], // ← the first signs, all of them verify
      after: [fresh],
    }
    // #endregion

    const signIn: RequestHandler = (req, res) => {
      req.session.username = 'zhangsan'
      setOutcome(res, 'signed-in').redirect(303, back)
    }

    // #region
    const visit: RequestHandler = (req, res) => {
      const { username, visits = 0 } = req.session
      if (username) {
        req.session.visits = visits + 1 // changed: its cookie is sent anew, signed with the first secret
        setOutcome(res, 'known', { username })
      } else {
        setOutcome(res, 'refused')
      }
      res.redirect(303, back)
    }
    // #endregion

    // #region
    // The same server before, while and after its secret is changed: three times the same store.
    for (const [when, secrets] of Object.entries(servers)) {
      const options = { name, secret: secrets, cookie, store }
      const server = Router()
      server.use(session({ ...options, resave: false, saveUninitialized: false }))
      server.post('/sign-in', signIn)
      server.post('/visit', visit)
      app.use(`/${when}`, server)
    }
    // #endregion

    app.post('/tamper/client', async (req, res) => {
      const { [name]: value = '' } = cookiesOf(req, [name])
      const client = new LessonClient(req, 'forger').withCookies({ [name]: changed(value) })
      await client.send('POST', `${path}/try/before/visit`)
      setOutcome(res, 'sent').redirect(303, back)
    })

    app.post('/tamper/browser', (req, res) => {
      const { [name]: value = '' } = cookiesOf(req, [name])
      res.cookie(name, changed(value), { ...cookie, encode: String })
      setOutcome(res, 'planted').redirect(303, back)
    })
  },
}

// One letter of the id is another one now, and the signature is what it was.
function changed(value: string): string {
  return value.replace(/^(s%3A)(.)/, (_all, start: string, letter: string) =>
    letter === 'a' ? `${start}b` : `${start}a`,
  )
}
