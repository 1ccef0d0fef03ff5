// Signing in, as handout 3 means it and as it is written today: set, read and destroy.
import { promisify } from 'node:util'
import session from 'express-session'
import { z } from 'zod'
import { HOUR } from '../config/time.ts'
import { text } from '../lib/form.ts'
import { verifyPassword, hashPassword } from '../lib/password.ts'
import type { Lesson } from './lib/lesson.ts'

// Shown on the page, and the only account there is: nobody leaves a password of their own in a lesson.
const KNOWN = {
  username: 'zhangsan',
  email: 'zhangsan@example.com',
  password: 'a lantern in the cave',
}
const ACCOUNT_TTL = 12 * HOUR
const credentials = z.object({ username: text(), password: text() })

type User = { _id: string; username: string; email: string; password: string; expires: Date }

export const signIn: Lesson = {
  name: 'sign-in',
  minutes: 10,
  handouts: [3, 5],
  cookies: ['sign-in.sid'],

  mount(app, { path, back, secret, stores, note }) {
    const users = stores.documents<User>('users') // in the database: every process of the site finds them

    // #region
    app.use(
      session({
        name: 'sign-in.sid',
        secret,
        resave: false, // ← handout 3 has true: what was only read is written back, and undoes what others wrote
        saveUninitialized: false,
        cookie: { path, httpOnly: true, sameSite: 'lax', maxAge: 10 * 60 * 1000 },
        store: stores.mongo(),
      }),
    )
    // #endregion

    // #region
    app.post('/register', async (req, res) => {
      const { username, email, password } = KNOWN
      const sealed = await hashPassword(password) // ← argon2id with a salt, not md5 alone
      const expires = new Date(Date.now() + ACCOUNT_TTL)
      const user = { username, email, password: sealed, expires }
      await users.replaceOne({ _id: username }, user, { upsert: true })
      await note(req, { said: 'registered' })
      res.redirect(303, back)
    })
    // #endregion

    // #region
    // ← POST: a GET has no body, and its address, password and all, lands in histories and logs
    app.post('/login', async (req, res) => {
      const { username, password } = credentials
        .catch({ username: '', password: '' })
        .parse(req.body)
      const user = await users.findOne({ _id: username })
      const { ok } = await verifyPassword(password, user?.password)
      if (user && ok) {
        await promisify(req.session.regenerate.bind(req.session))() // a new id: one that was planted is worth nothing
        req.session.username = user.username
        req.session.email = user.email
        await promisify(req.session.save.bind(req.session))() // ← first it is stored, then the answer goes
        await note(req, { said: 'welcome' })
      } else {
        await note(req, { said: 'wrong' })
      }
      res.redirect(303, back)
    })
    // #endregion

    // #region
    app.get('/home', async (req, res) => {
      await note(req, { said: req.session.username === undefined ? 'sign-in-first' : 'hello' })
      res.redirect(303, back)
    })

    app.post('/logout', async (req, res) => {
      await promisify(req.session.destroy.bind(req.session))() // ← the document in the database is gone
      await note(req, { said: 'goodbye' })
      res.clearCookie('sign-in.sid', { path }).redirect(303, back)
    })
    // #endregion
  },

  look: () => Promise.resolve({ known: KNOWN }),
}
