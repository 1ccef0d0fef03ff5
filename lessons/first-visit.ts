// The first visit: no cookie, no session; then an id in a cookie and the data on the server; then it is found again.
import session from 'express-session'
import type { Lesson } from './lib/lesson.ts'

export const firstVisit: Lesson = {
  name: 'first-visit',
  minutes: 5,
  handouts: [3, 4, 5],
  cookies: ['first-visit.sid'],

  mount(app, { path, back, secret, stores, note }) {
    // #region
    app.use(
      session({
        name: 'first-visit.sid',
        secret,
        resave: false,
        saveUninitialized: false, // nothing is stored for whoever only looks
        cookie: { path, httpOnly: true, sameSite: 'lax', maxAge: 10 * 60 * 1000 },
        store: stores.mongo(),
      }),
    )
    // #endregion

    // #region
    // Without a cookie this is a new, empty session; with one it is what the store had under that id.
    app.get('/look', async (req, res) => {
      await note(req, { said: req.session.since === undefined ? 'unknown' : 'known' })
      res.redirect(303, back)
    })

    app.post('/begin', async (req, res) => {
      req.session.since = new Date() // ← the first thing to remember: now it is stored, and the id goes to the browser
      await note(req, { said: 'begun' })
      res.redirect(303, back)
    })
    // #endregion
  },
}
