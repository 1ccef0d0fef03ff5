// A race: a request that began before the sign-out ends after it, and writes back what it had read.
import { setTimeout as sleep } from 'node:timers/promises'
import { Router } from 'express'
import session from 'express-session'
import { setOutcome, type Lesson } from './lib/lesson.ts'
import { LessonClient } from './lib/lesson-client.ts'

const WORK = 2000 // milliseconds that the slow request takes, so that a class sees it wait
const names = { stock: 'races-stock.sid', own: 'races-own.sid' }

export const races: Lesson = {
  name: 'races',
  minutes: 10,
  handouts: ['beyond'],
  cookies: Object.values(names),

  mount(app, { path, back, secret, stores }) {
    // #region
    const cookie = { path, httpOnly: true, sameSite: 'lax', maxAge: 10 * 60 * 1000 } as const
    const two = {
      stock: stores.mongo('stock'), // connect-mongo as it comes
      own: stores.own('own'), // ← the same, but what was loaded is only ever updated, never inserted again
    }
    // #endregion

    for (const how of ['stock', 'own'] as const) {
      const name = names[how]
      const options = { name, secret, cookie, store: two[how] }
      const server = Router()
      server.use(session({ ...options, resave: false, saveUninitialized: false }))
      app.use(`/${how}`, server)

      server.post('/sign-in', (req, res) => {
        req.session.username = 'zhangsan'
        req.session.visits = 0
        setOutcome(res, 'signed-in').redirect(303, back)
      })

      server.post('/sign-out', (req, res, next) => {
        req.session.destroy((error) => {
          setOutcome(res, 'signed-out')
          res.clearCookie(name, cookie)
          if (error) next(error)
          else res.redirect(303, back)
        })
      })

      // #region
      // Its session was loaded before it got here. While it is at work, the person signs out in another tab.
      server.post('/slow', async (req, res) => {
        const tab = new LessonClient(req, 'tab').withCookiesOf(req, [name])
        await sleep(WORK / 2)
        await tab.send('POST', `${path}/try/${how}/sign-out`)
        await sleep(WORK / 2)
        req.session.visits = (req.session.visits ?? 0) + 1 // a change, so the session is saved after all
        setOutcome(res, 'slow').redirect(303, back)
      })
      // #endregion

      server.post('/visit', (req, res) => {
        const { username = '', visits } = req.session
        const outcome = !username ? 'unknown' : visits ? 'undone' : 'known' // the slow one has counted
        setOutcome(res, outcome, { username }).redirect(303, back)
      })
    }
  },
}
