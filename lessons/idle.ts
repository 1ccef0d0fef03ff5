// Signed out after thirty seconds without a request, and the writes that renewing only near the end saves.
import session from 'express-session'
import type { RequestHandler } from 'express'
import type { Lesson } from './lib/lesson.ts'
import { LessonClient } from './lib/lesson-client.ts'
import { countWrites, compare } from './lib/comparison.ts'

const IDLE = 30 * 1000 // milliseconds; handout 4 takes thirty minutes
const SIDES = ['always', 'near-end'] as const
const COOKIES = SIDES.map((side) => `idle.${side}`)
const REQUESTS = 20

// #region
// What koa-session calls renew: only in the second half of its time a session is given all of it again.
const renewNearEnd: RequestHandler = ({ session }, _res, next) => {
  const { renewedAt } = session
  if (renewedAt !== undefined && Date.now() - renewedAt > IDLE / 2) {
    session.renewedAt = Date.now() // ← a change: it is saved, and the cookie sent anew
  }
  next()
}
// #endregion

export const idle: Lesson = {
  name: 'idle',
  minutes: 8,
  handouts: [4],
  cookies: COOKIES,

  mount(app, { path, back, secret, stores, note }) {
    for (const side of SIDES) {
      const always = side === 'always'
      // #region
      app.use(
        `/${side}`,
        session({
          name: `idle.${side}`,
          secret,
          resave: false,
          saveUninitialized: false,
          rolling: always, // ← true: each request moves the end, with a write and a cookie
          cookie: { path, httpOnly: true, sameSite: 'lax', maxAge: IDLE },
          store: stores.mongo(side, always ? {} : { touchAfter: 3600 }), // seconds without a write for mere use
        }),
      )
      // #endregion

      if (!always) app.use('/near-end', renewNearEnd)

      const goOn = (verb: string): [number, string] =>
        always ? [307, `${path}/try/near-end/${verb}`] : [303, back]

      app.post(`/${side}/begin`, (req, res) => {
        req.session.renewedAt = Date.now()
        res.redirect(...goOn('begin'))
      })

      app.get(`/${side}/look`, (_req, res) => res.redirect(...goOn('look')))
    }

    app.post('/measure', async (req, res) => {
      const tab = new LessonClient(req, 'tab').withCookiesOf(req, COOKIES)
      for (const side of SIDES) {
        const paths = Array<string>(REQUESTS).fill(`${path}/try/${side}/look`)
        await note(req, { [side]: await countWrites(tab, stores, `idle.${side}`, paths) })
      }
      res.redirect(303, back)
    })
  },

  look: async (visit, tools) => ({
    comparison: await compare(visit, tools, COOKIES),
    requests: REQUESTS,
  }),
}
