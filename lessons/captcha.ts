// The captcha of handout 1: the answer in the session, and why one try has to use it up.
import session from 'express-session'
import svgCaptcha from 'svg-captcha'
import { z } from 'zod'
import { translator } from '../config/i18n.ts'
import { text } from '../lib/form.ts'
import type { Lesson } from './lib/lesson.ts'

const SIDES = ['once', 'again'] as const
const COOKIES = SIDES.map((side) => `captcha.${side}`)
const STYLE = { fontSize: 50, width: 100, height: 34, background: '#cc9966' }
const fields = z.object({ code: text() }).catch({ code: '' })

// svg-captcha is itself the function that draws a given text; its types don't know that.
const draw = svgCaptcha as unknown as (text: string, options: object) => string

export const captcha: Lesson = {
  name: 'captcha',
  minutes: 10,
  handouts: [1, 4],
  cookies: COOKIES,

  mount(app, { path, back, secret, stores, note }) {
    const cookie = { path, httpOnly: true, sameSite: 'lax', maxAge: 10 * 60 * 1000 } as const

    for (const side of SIDES) {
      const options = { name: `captcha.${side}`, secret, cookie, store: stores.mongo(side) }
      app.use(`/${side}`, session({ ...options, resave: false, saveUninitialized: false }))

      // #region
      // Drawn anew at each reload, but with the same text: "Another picture" alone asks for another one.
      app.get(`/${side}/code`, (req, res) => {
        req.session.code ??= svgCaptcha.randomText(4) // ← the answer stays on the server
        const picture = draw(req.session.code, STYLE) // ← and the picture alone goes out
        res.set('Cache-Control', 'no-store').type('image/svg+xml').send(picture)
      })
      // #endregion

      app.post(`/${side}/refresh`, (req, res) => {
        req.session.code = svgCaptcha.randomText(4)
        res.redirect(303, back)
      })

      // #region
      app.post(`/${side}/login`, async (req, res) => {
        const code = fields.parse(req.body).code.trim()
        const expected = req.session.code
        if (side === 'once') delete req.session.code // ← used up by one try, right or wrong
        // Without a picture before there is nothing expected: handout 1 would throw here.
        const right = code.toLowerCase() === expected?.toLowerCase()
        await note(req, { [side]: right })
        if (req.is('json')) {
          const t = res.locals.t ?? translator('en')
          const msg = t(right ? 'lessons.captcha.right' : 'lessons.captcha.wrong')
          res.json({ code: right ? 200 : 500, msg })
        } else {
          res.redirect(303, back)
        }
      })
      // #endregion
    }
  },

  look: () => Promise.resolve({ names: SIDES }),
}
