// How often a session that is only used is written: touchAfter 0 and 24 hours, counted in the database.
import session from 'express-session'
import { z } from 'zod'
import type { Lesson } from './lib/lesson.ts'
import { LessonClient } from './lib/lesson-client.ts'
import { countWrites, compare } from './lib/comparison.ts'

const SIDES = ['always', 'daily'] as const
const COOKIES = SIDES.map((side) => `touch-after.${side}`)
const REQUESTS = 20
const CHANGES = 3
const choice = z.object({ changes: z.literal('on').optional() }).catch({})

export const touchAfter: Lesson = {
  name: 'touch-after',
  minutes: 8,
  handouts: [5],
  cookies: COOKIES,

  mount(app, { path, back, secret, stores, note }) {
    for (const side of SIDES) {
      const daily = side === 'daily'
      // #region
      app.use(
        `/${side}`,
        session({
          name: `touch-after.${side}`,
          secret,
          resave: false,
          saveUninitialized: false,
          rolling: true,
          cookie: { path, httpOnly: true, sameSite: 'lax', maxAge: 10 * 60 * 1000 },
          store: stores.mongo(side, { touchAfter: daily ? 24 * 3600 : 0 }), // ← seconds without a write for mere use
        }),
      )
      // #endregion

      // One press begins both: the first sends the browser on to the second (307 keeps the method).
      app.post(`/${side}/begin`, (req, res) => {
        req.session.since = new Date()
        if (daily) res.redirect(303, back)
        else res.redirect(307, `${path}/try/daily/begin`)
      })

      // #region
      app.get(`/${side}/look`, (_req, res) => res.redirect(303, back))

      app.get(`/${side}/change`, (req, res) => {
        req.session.visits = (req.session.visits ?? 0) + 1 // a change is written at once, on both sides
        res.redirect(303, back)
      })
      // #endregion
    }

    app.post('/measure', async (req, res) => {
      const { changes } = choice.parse(req.body ?? {})
      const tab = new LessonClient(req, 'tab').withCookiesOf(req, COOKIES)
      const verbs = Array.from({ length: REQUESTS }, (_, index) =>
        changes === 'on' && index < CHANGES ? 'change' : 'look',
      )
      for (const side of SIDES) {
        const paths = verbs.map((verb) => `${path}/try/${side}/${verb}`)
        await note(req, { [side]: await countWrites(tab, stores, `touch-after.${side}`, paths) })
      }
      res.redirect(303, back)
    })
  },

  look: async (visit, tools) => ({
    comparison: await compare(visit, tools, COOKIES),
    requests: REQUESTS,
    changes: CHANGES,
  }),
}
