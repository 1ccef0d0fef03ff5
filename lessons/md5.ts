// md5 and argon2id: one password under both, and what somebody can do who has stolen the one or the other.
import { sealData, unsealData } from 'iron-session'
import md5of from 'md5'
import { z } from 'zod'
import { limits } from '../config/limits.ts'
import { readForm, text } from '../lib/form.ts'
import { digestTable } from './lib/digest-table.ts'
import { verifyPassword, hashPassword } from '../lib/password.ts'
import type { Lesson } from './lib/lesson.ts'
import { setOutcome } from './lib/set-outcome.ts'

const name = 'md5.result'
const SHOWN_FOR = 60 // seconds

const form = z.object({ password: text().pipe(z.string().min(1).max(limits.passwordMax)) })

const result = z.object({
  digest: z.string(),
  place: z.number().optional(),
  sealed: z.array(z.string()),
  times: z.object({ digest: z.number(), lookUp: z.number(), seal: z.number(), check: z.number() }),
  list: z.object({ size: z.number(), md5: z.number(), argon2id: z.number() }),
})

export const md5: Lesson = {
  name: 'md5',
  source: import.meta.filename,
  minutes: 10,
  documents: [3],
  cookies: [],
  unseen: [name],

  mount(app, { path, secret }) {
    app.post('/digest', async (req, res) => {
      const typed = readForm(req.body, form)
      if (typed.ok) {
        const { password } = typed.value
        const table = digestTable()
        const digest = await timed(() => md5of(password)) // ← the same text for everybody with this password
        const lookUp = await timed(() => table.placeOf(digest.value))
        const sealed = await timed(() => hashPassword(password)) // ← another text each time: it has a salt of its own
        const checked = await timed(() => verifyPassword(password, sealed.value))
        const found: z.input<typeof result> = {
          digest: digest.value,
          place: lookUp.value,
          sealed: [sealed.value, await hashPassword(password)],
          times: { digest: digest.ms, lookUp: lookUp.ms, seal: sealed.ms, check: checked.ms },
          list: { size: table.size, md5: table.milliseconds, argon2id: table.size * checked.ms },
        }
        // To the visitor alone and encrypted, for a minute: nothing of what was typed stays on the server.
        const kept = await sealData(found, { password: secret, ttl: SHOWN_FOR })
        res.cookie(name, kept, { path, httpOnly: true, sameSite: 'lax', maxAge: SHOWN_FOR * 1000 })
        setOutcome(res, lookUp.value === undefined ? 'not-found' : 'found')
      } else {
        setOutcome(res, 'nothing')
      }
      res.redirect(303, path)
    })
  },

  async look({ cookies }, { secret }) {
    const options = { password: secret, ttl: SHOWN_FOR }
    const opened = await unsealData(cookies[name] ?? '', options).catch(() => undefined)
    return { result: result.safeParse(opened).data ?? null }
  },
}

/** What something returns, and the milliseconds that it took. */
async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; ms: number }> {
  const begin = performance.now()
  const value = await work()
  return { value, ms: performance.now() - begin }
}
