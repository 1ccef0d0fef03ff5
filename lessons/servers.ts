// Two servers, taking turns: sessions in the memory of each, and sessions in a database that both use.
import { join } from 'node:path'
import { z } from 'zod'
import { cookiesOf } from './lib/cookies.ts'
import type { Lesson, LessonTools } from './lib/lesson.ts'
import { relay } from './servers/relay.ts'
import { LessonClient } from './lib/lesson-client.ts'
import { setOutcome } from './lib/set-outcome.ts'
import { ServerPair } from './servers/pair.ts'

const TURN = 'servers.turn'
const SCRIPT = join(import.meta.dirname, './servers/server-process')
const kinds = ['memory', 'database']
const names = kinds.map((kind) => `servers-${kind}.sid`)
const pairs = new WeakMap<LessonTools, ServerPair>()
const victim = z.object({ server: z.enum(['A', 'B']) }).catch({ server: 'A' })

export const servers: Lesson = {
  name: 'servers',
  source: [import.meta.filename.replace(/^.*(\.\w+)$/, `${SCRIPT}$1`), import.meta.filename],
  minutes: 15,
  documents: [5],
  cookies: names,
  unseen: [TURN],

  mount(app, tools) {
    const { path, secret } = tools
    const pair = pairOf(tools)

    for (const kind of kinds) {
      app.post([`/${kind}/sign-in`, `/${kind}/visit`], async (req, res) => {
        const last = cookiesOf(req, [TURN])[TURN]
        const server = await pair.next(last) // ← the other one than last time, if it is alive
        const answer = server && (await relay(req, server, secret, names))
        if (server && answer) {
          res.cookie(TURN, server.name, { path, httpOnly: true, sameSite: 'lax' })
          res.append('Set-Cookie', answer.cookies)
          setOutcome(res, answer.told, { server: server.name })
        } else {
          setOutcome(res, 'nobody')
        }
        res.redirect(303, path)
      })

      app.post(`/six/${kind}`, async (req, res) => {
        await pair.next() // both run before the first of the six waits for them
        const tab = new LessonClient(req, 'tab').withCookies(cookiesOf(req, [...names, TURN]))
        for (let count = 0; count < 6; count++) await tab.send('POST', `${path}/try/${kind}/visit`)
        setOutcome(res, 'six')
        res.redirect(303, path)
      })
    }

    app.post('/kill', async (req, res) => {
      const { server } = victim.parse(req.body)
      setOutcome(res, (await pair.kill(server)) ? 'killed' : 'not-killed', { server })
      res.redirect(303, path)
    })

    app.post('/restart', async (_req, res) => {
      await pair.stop()
      await pair.next()
      setOutcome(res, 'restarted')
      res.redirect(303, path)
    })
  },

  look: async (_visit, tools) => ({ servers: await pairOf(tools).facts() }),
}

function pairOf(tools: LessonTools): ServerPair {
  const known = pairs.get(tools)
  if (known) {
    return known
  } else {
    const { path, secret, stores, mongoUrl, dbName } = tools
    const { collectionName } = stores.collection('database')
    const pair = new ServerPair(SCRIPT, {
      path,
      secret,
      database: { mongoUrl, dbName, collectionName },
    })
    pairs.set(tools, pair)
    stores.mongo('database') // so that what both store is shown and purged
    stores.readers.push((id) => inMemory(pair, id))
    tools.atTheEnd(() => pair.close())
    return pair
  }
}

/** A session that one of them has in its memory, as that one tells. */
async function inMemory(pair: ServerPair, id: string) {
  for (const { name, answer } of await pair.askAll(`/memory/${encodeURIComponent(id)}`)) {
    const session = JSON.parse(answer.body) as unknown
    if (session !== null) return { _id: id, server: name, session }
  }
  return undefined
}
