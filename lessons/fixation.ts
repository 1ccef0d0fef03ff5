// Fixation: an attacker plants an id in somebody's browser and waits until they sign in.
import { Router } from 'express'
import session from 'express-session'
import { cookiesOf } from './lib/cookies.ts'
import { setOutcome, type Lesson } from './lib/lesson.ts'
import { LessonClient } from './lib/lesson-client.ts'

const names = { without: 'fixation-without.sid', with: 'fixation-with.sid' }

export const fixation: Lesson = {
  name: 'fixation',
  minutes: 10,
  handouts: ['beyond'],
  cookies: Object.values(names),
  unseen: Object.values(names).map(noteOf),

  mount(app, { path, back, secret, stores }) {
    const cookie = { path, httpOnly: true, sameSite: 'lax', maxAge: 10 * 60 * 1000 } as const

    for (const [how, name] of Object.entries(names)) {
      const options = { name, secret, cookie, store: stores.mongo(how) }
      const server = Router()
      server.use(session({ ...options, resave: false, saveUninitialized: false }))
      app.use(`/${how}`, server)

      // #region
      server.post('/sign-in', (req, res, next) => {
        const signIn = () => {
          req.session.username = 'zhangsan'
          setOutcome(res, 'signed-in').redirect(303, back)
        }
        if (how === 'without') {
          signIn() // the id stays what it was, whoever brought it
        } else {
          req.session.regenerate((error) => (error ? next(error) : signIn())) // ← a new id: the planted one is worth nothing
        }
      })
      // #endregion

      server.get('/letters', (req, res) => {
        const { username, visits = 0 } = req.session
        req.session.visits = visits + 1 // so that also somebody who is not signed in has a session
        setOutcome(res, username ? 'let-in' : 'kept-out', { username: username ?? '' })
        res.redirect(303, back)
      })

      // The attacker gets an id of their own, which is a valid one, and plants it in this browser.
      app.post(`/plant/${how}`, async (req, res) => {
        const attacker = new LessonClient(req, 'attacker')
        await attacker.send('GET', `${path}/try/${how}/letters`)
        const planted = attacker.jar.get(name) ?? ''
        res.cookie(name, planted, { ...cookie, encode: String })
        res.cookie(noteOf(name), planted, { ...cookie, encode: String })
        setOutcome(res, 'planted').redirect(303, back)
      })

      // Later the attacker comes back with the id that was planted.
      app.post(`/attack/${how}`, async (req, res) => {
        const { [noteOf(name)]: planted = '' } = cookiesOf(req, [noteOf(name)])
        const attacker = new LessonClient(req, 'attacker').withCookies({ [name]: planted })
        await attacker.send('GET', `${path}/try/${how}/letters`)
        setOutcome(res, 'attacked').redirect(303, back)
      })
    }
  },
}

// What the attacker wrote down. It lies in this browser only so that the lesson need not remember it.
function noteOf(name: string): string {
  return `${name}.note`
}
