// Fifty visitors who do nothing: what saveUninitialized leaves behind of them.
import session from 'express-session'
import { z } from 'zod'
import { idOf } from './lib/cookies.ts'
import type { Lesson } from './lib/lesson.ts'
import { LessonClient } from './lib/lesson-client.ts'

const SIDES = ['true', 'false'] as const
const COOKIES = SIDES.map((side) => `uninitialized.${side}`)
const VISITORS = 50
const choice = z.object({ side: z.enum(SIDES).catch('false') }).catch({ side: 'false' })

export const uninitialized: Lesson = {
  name: 'uninitialized',
  minutes: 6,
  handouts: [2, 3, 5],
  cookies: COOKIES,

  mount(app, { path, back, secret, stores, note }) {
    for (const side of SIDES) {
      // #region
      app.use(
        `/${side}`,
        session({
          name: `uninitialized.${side}`,
          secret,
          resave: false,
          saveUninitialized: side === 'true', // ← true: also a session into which nothing was put is stored
          cookie: { path, httpOnly: true, sameSite: 'lax', maxAge: 60 * 1000 },
          store: stores.mongo(side),
        }),
      )

      app.get(`/${side}/look`, (_req, res) => {
        res.redirect(303, back) // the session is not touched
      })

      app.post(`/${side}/put`, (req, res) => {
        req.session.since = new Date() // something to remember: stored on both sides
        res.redirect(303, back)
      })
      // #endregion
    }

    app.post('/fifty', async (req, res) => {
      const { side } = choice.parse(req.body)
      const ids: string[] = []
      for (let count = 0; count < VISITORS; count++) {
        const client = new LessonClient(req, 'visitor') // each with an empty cookie jar
        await client.send('GET', `${path}/try/${side}/look`)
        const id = idOf(client.jar.get(`uninitialized.${side}`) ?? '')
        if (id !== undefined) ids.push(id)
      }
      const documents = await stores.collection(side).countDocuments({ _id: { $in: ids } })
      await note(req, { [side]: { cookies: ids.length, documents } })
      res.redirect(303, back)
    })
  },

  look: async (_visit, { stores }) => ({
    visitors: VISITORS,
    now: { true: await stores.count('true'), false: await stores.count('false') },
  }),
}
