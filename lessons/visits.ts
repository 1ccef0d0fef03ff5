// The counter of visits: a number in the session, and why two browsers count apart.
import session from 'express-session'
import type { Lesson } from './lib/lesson.ts'

export const visits: Lesson = {
  name: 'visits',
  minutes: 5,
  handouts: [2],
  cookies: ['visits.sid'],

  mount(app, { path, back, secret, stores }) {
    // #region
    app.use(
      session({
        name: 'visits.sid',
        secret,
        resave: false,
        saveUninitialized: false,
        cookie: { path, httpOnly: true, sameSite: 'lax', maxAge: 10 * 60 * 1000 },
        store: stores.mongo(),
      }),
    )

    app.post('/visit', (req, res) => {
      req.session.visits = (req.session.visits ?? 0) + 1 // ← each session has a number of its own
      res.redirect(303, back)
    })
    // #endregion
  },
}
