// md5 and argon2id: one password under both, and what somebody can do who has stolen the one or the other.
import { sealData, unsealData } from 'iron-session'
import md5of from 'md5'
import pLimit from 'p-limit'
import { z } from 'zod'
import { limits } from '../config/limits.ts'
import { readForm, text } from '../lib/form.ts'
import { commonPasswords } from '../lib/password/common.ts'
import { verifyPassword, hashPassword } from '../lib/password.ts'
import { TooManyHashes } from '../lib/password/queue.ts'
import { setOutcome, type Lesson } from './lib/lesson.ts'

const name = 'md5.result'
const SHOWN_FOR = 60 // seconds
const MAX_WAITING = 100 // a class that presses the button at once, and half of it twice

const turns = pLimit(1)

const form = z.object({ password: text().pipe(z.string().min(1).max(limits.passwordMax)) })

const result = z.object({
  digest: z.string(),
  place: z.number().optional(),
  hashes: z.array(z.string()),
  times: z.object({ digest: z.number(), lookUp: z.number(), hash: z.number(), verify: z.number() }),
  list: z.object({ size: z.number(), md5: z.number(), argon2id: z.number() }),
})

export const md5: Lesson = {
  name: 'md5',
  minutes: 10,
  handouts: [3],
  cookies: [],
  unseen: [name],

  mount(app, { path, back, secret }) {
    app.post('/digest', async (req, res) => {
      const typed = readForm(req.body, form)
      if (typed.ok) {
        const found = await takeTurn(() => compare(typed.value.password))
        // To the visitor alone and encrypted, for a minute: nothing of what was typed stays on the server.
        const kept = await sealData(found, { password: secret, ttl: SHOWN_FOR })
        res.cookie(name, kept, { path, httpOnly: true, sameSite: 'lax', maxAge: SHOWN_FOR * 1000 })
        setOutcome(res, found.place === undefined ? 'not-found' : 'found')
      } else {
        setOutcome(res, 'nothing')
      }
      res.redirect(303, back)
    })
  },

  async look({ cookies }, { secret }) {
    const options = { password: secret, ttl: SHOWN_FOR }
    const opened = await unsealData(cookies[name] ?? '', options).catch(() => undefined)
    return { result: result.safeParse(opened).data ?? null }
  },
}

// One of these at a time, before it waits for its turn among the sign-ins: whoever asks for thousands of them, which needs no
// account, keeps no sign-in waiting for more than one hash.
async function takeTurn<T>(work: () => Promise<T>): Promise<T> {
  if (turns.pendingCount >= MAX_WAITING) throw new TooManyHashes('Too many passwords wait')
  return turns(work)
}

// #region
async function compare(password: string): Promise<z.input<typeof result>> {
  const { value: table, ms } = await digestTable()
  const digest = await timed(() => md5of(password)) // ← the same text for everybody with this password
  const lookUp = await timed(() => table.get(digest.value))
  const hash = await timed(() => hashPassword(password)) // ← another text each time: it has a salt of its own
  const verified = await timed(() => verifyPassword(password, hash.value))
  return {
    digest: digest.value,
    place: lookUp.value,
    hashes: [hash.value, await hashPassword(password)],
    times: { digest: digest.ms, lookUp: lookUp.ms, hash: hash.ms, verify: verified.ms },
    list: { size: table.size, md5: ms, argon2id: table.size * verified.ms },
  }
}
// #endregion

let madeTable: { value: Map<string, number>; ms: number } | undefined

// The md5 of every common password: what a thief brings along. Made once, when it is first asked for, in a tenth of a second.
async function digestTable() {
  madeTable ??= await timed(makeTable)
  return madeTable
}

// The place of each password in the list, the most common first, by its digest.
function makeTable() {
  const places = new Map<string, number>()
  for (const password of commonPasswords()) places.set(md5of(password), places.size + 1)
  return places
}

// What something returns, and the milliseconds that it took.
async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; ms: number }> {
  const begin = performance.now()
  const value = await work()
  return { value, ms: performance.now() - begin }
}
