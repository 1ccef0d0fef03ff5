// The session inside the cookie: signed, as koa-session keeps it, and encrypted, as secure-session does. The server keeps nothing.
import cookieSession from 'cookie-session'
import { Router, type Request } from 'express'
import { getIronSession } from 'iron-session'
import { sizeOf } from './lib/cookies.ts'
import { setCookiesOf } from './lib/hold-back.ts'
import { setOutcome, type Lesson } from './lib/lesson.ts'
import { LessonClient } from './lib/lesson-client.ts'

const SIGNED = 'cookie-session.signed'
const ENCRYPTED = 'cookie-session.encrypted'
const names = [SIGNED, `${SIGNED}.sig`, ENCRYPTED]
const MINUTES = 10
const LARGEST = 4096 // bytes of name and value: what is larger no browser keeps
const [PAGE, MAX_PAGES] = [1000, 6] // letters, and how often they are put in

type Kept = { username?: string; visits?: number; pages?: string[] }
type KeptByIron = { save?: () => Promise<void>; destroy?: () => void }

export const cookieSessions: Lesson = {
  name: 'cookie-session',
  minutes: 15,
  handouts: [2, 4],
  cookies: names,

  mount(app, { path, back, secret }) {
    const cookie = { path, httpOnly: true, sameSite: 'lax' } as const
    const [old, fresh] = [`${secret}, the old key`, `${secret}, the new key`]
    const rings = { before: { 1: old }, during: { 1: old, 2: fresh }, after: { 2: fresh } }

    // #region
    for (const [when, ring] of Object.entries(rings)) {
      const keys = Object.values<string>(ring).reverse() // the first signs, all verify
      const signed = Router()
      signed.use(cookieSession({ name: SIGNED, keys, maxAge: MINUTES * 60 * 1000, ...cookie })) // ← signed: everybody can read it
      const encrypted = Router()
      encrypted.use(async (req, res, next) => {
        const options = { cookieName: ENCRYPTED, password: ring, ttl: MINUTES * 60 }
        const cookieOptions = { ...cookie, secure: req.secure }
        const session = await getIronSession<Kept>(req, res, { ...options, cookieOptions }) // ← encrypted: nobody can
        Object.assign(req, { session })
        next()
      })
      // #endregion
      app.use(`/signed/${when}`, signed)
      app.use(`/encrypted/${when}`, encrypted)

      for (const server of [signed, encrypted]) {
        server.post('/sign-in', async (req, res) => {
          Object.assign(keptOf(req), { username: 'zhangsan', visits: 0, pages: [] })
          await keptOf(req).save?.()
          setOutcome(res, 'signed-in').redirect(303, back)
        })

        server.post('/visit', async (req, res) => {
          const kept = keptOf(req)
          const { username, visits = 0, pages = [] } = kept
          if (username) {
            kept.visits = visits + 1
            await kept.save?.()
            setOutcome(res, 'known', {
              username,
              visits: kept.visits,
              letters: pages.length * PAGE,
            })
          } else {
            setOutcome(res, 'unknown')
          }
          res.redirect(303, back)
        })

        server.post('/more', async (req, res) => {
          const kept = keptOf(req)
          if (kept.username) {
            kept.pages = [...(kept.pages ?? []), 'x'.repeat(PAGE)].slice(0, MAX_PAGES)
            const error = await kept.save?.().catch(String)
            const encrypted = setCookiesOf(res).find((line) => line.startsWith(ENCRYPTED))
            const signed = Buffer.from(JSON.stringify(kept)).toString('base64')
            const bytes = sizeOf(encrypted ?? `${SIGNED}=${signed}`)
            const [, tooMany] = /\((\d+) bytes\)/.exec(error ?? '') ?? [] // as iron-session's error says
            if (error) setOutcome(res, 'refused-by-server', { bytes: tooMany ?? '–' })
            else setOutcome(res, bytes > LARGEST ? 'dropped-by-browser' : 'more', { bytes })
          } else {
            setOutcome(res, 'unknown')
          }
          res.redirect(303, back)
        })

        // #region
        server.post('/sign-out', (req, res) => {
          const { destroy } = keptOf(req)
          if (destroy) destroy()
          else Object.assign(req, { session: null })
          setOutcome(res, 'signed-out').redirect(303, back)
        })
        // #endregion
      }
    }

    // Somebody copies the cookie, and comes back with it after the sign-out.
    for (const kind of ['signed', 'encrypted']) {
      app.post(`/copy/${kind}`, async (req, res) => {
        const tab = new LessonClient(req, 'tab').withCookiesOf(req, names)
        const thief = new LessonClient(req, 'thief').withCookiesOf(req, names)
        await tab.send('POST', `${path}/try/${kind}/during/sign-out`)
        await thief.send('POST', `${path}/try/${kind}/during/visit`)
        for (const name of names) if (name.includes(kind)) res.clearCookie(name, cookie)
        setOutcome(res, 'copied').redirect(303, back)
      })
    }
  },

  look({ cookies }) {
    const { [SIGNED]: signed = '', [ENCRYPTED]: encrypted = '' } = cookies
    const readable = Buffer.from(signed, 'base64').toString().slice(0, 200)
    return Promise.resolve({ readable, unreadable: encrypted.slice(0, 200) })
  },
}

// Both put what they keep where express-session has its own.
function keptOf(req: Request): Kept & KeptByIron {
  return req.session as unknown as Kept & KeptByIron
}
