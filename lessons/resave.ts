// Two tabs of one browser at the same moment: what the quick one wrote, and the slow one writes over.
import session, { type Store } from 'express-session'
import type { Request } from 'express'
import type { Lesson } from './lib/lesson.ts'
import { LessonClient } from './lib/lesson-client.ts'
import { compare } from './lib/comparison.ts'

const SIDES = ['resave', 'stock', 'own'] as const
const COOKIES = SIDES.map((side) => `resave.${side}`)

export const resave: Lesson = {
  name: 'resave',
  minutes: 10,
  handouts: [2, 3, 5],
  cookies: COOKIES,

  mount(app, { path, back, secret, stores, note }) {
    // #region
    const kinds: Record<(typeof SIDES)[number], { resave: boolean; store: Store }> = {
      resave: { resave: true, store: stores.mongo('resave') }, // ← writes also what was only read
      stock: { resave: false, store: stores.mongo('stock') }, // ← writes the whole session, if any of it changed
      own: { resave: false, store: stores.own() }, // ← this site's own: writes only the keys that changed
    }
    // #endregion

    SIDES.forEach((side, index) => {
      app.use(
        `/${side}`,
        session({
          name: `resave.${side}`,
          secret,
          ...kinds[side],
          saveUninitialized: false,
          cookie: { path, httpOnly: true, sameSite: 'lax', maxAge: 10 * 60 * 1000 },
        }),
      )

      // One press begins all three: each sends the browser on to the next (307 keeps the method).
      const next = SIDES[index + 1]
      app.post(`/${side}/begin`, (req, res) => {
        req.session.since = new Date()
        if (next) res.redirect(307, `${path}/try/${next}/begin`)
        else res.redirect(303, back)
      })

      // #region
      app.post(`/${side}/quick`, (req, res) => {
        req.session.quick = (req.session.quick ?? 0) + 1
        res.json(req.session.quick)
      })

      // The slow one has loaded the session already. While it is at work, another tab's request comes and goes.
      const whileAtWork = async (req: Request) => {
        const tab = new LessonClient(req, 'tab').withCookiesOf(req, COOKIES)
        const { text } = await tab.send('POST', `${path}/try/${side}/quick`)
        await note(req, { [side]: Number(text) })
      }

      app.post(`/${side}/slow-reads`, async (req, res) => {
        await whileAtWork(req)
        res.redirect(303, back)
      })

      app.post(`/${side}/slow-writes`, async (req, res) => {
        await whileAtWork(req)
        req.session.slow = (req.session.slow ?? 0) + 1
        res.redirect(303, back)
      })
      // #endregion
    })
  },

  look: async (visit, tools) => ({
    comparison: await compare(visit, tools, COOKIES),
    names: SIDES,
  }),
}
