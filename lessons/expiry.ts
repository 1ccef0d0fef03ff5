// Ten seconds: what moves the end of a session, with and without rolling, and what cookie.maxAge = 0 does.
import session from 'express-session'
import type { Lesson } from './lib/lesson.ts'
import { compare } from './lib/comparison.ts'

const SIDES = ['fixed', 'rolling'] as const
const COOKIES = SIDES.map((side) => `expiry.${side}`)

export const expiry: Lesson = {
  name: 'expiry',
  minutes: 8,
  handouts: [1, 5],
  cookies: COOKIES,

  mount(app, { path, back, secret, stores }) {
    for (const side of SIDES) {
      // #region
      app.use(
        `/${side}`,
        session({
          name: `expiry.${side}`,
          secret,
          resave: false,
          saveUninitialized: false,
          rolling: side === 'rolling', // ← true: every answer sends the cookie anew, with ten more seconds
          cookie: { path, httpOnly: true, sameSite: 'lax', maxAge: 10 * 1000 },
          store: stores.mongo(side),
        }),
      )
      // #endregion

      // One press does it on both sides: the first sends the browser on to the second (307 keeps the method).
      const goOn = (verb: string): [number, string] =>
        side === 'fixed' ? [307, `${path}/try/rolling/${verb}`] : [303, back]

      // #region
      app.post(`/${side}/begin`, (req, res) => {
        req.session.since = new Date() // a change: the cookie is sent, with rolling or without
        res.redirect(...goOn('begin'))
      })

      app.get(`/${side}/look`, (_req, res) => {
        res.redirect(...goOn('look')) // only looks: without rolling the browser gets no new cookie
      })

      app.post(`/${side}/end`, (req, res) => {
        req.session.cookie.maxAge = 0 // ← expired at once: in the store, and with rolling in the browser too
        res.redirect(...goOn('end'))
      })
      // #endregion
    }
  },

  look: async (visit, tools) => ({ comparison: await compare(visit, tools, COOKIES) }),
}
