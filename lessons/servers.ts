// Two servers, taking turns: sessions in the memory of each, and sessions in a database that both use.
import { z } from 'zod'
import { cookiesOf } from './lib/cookies.ts'
import { setOutcome, type Lesson, type LessonTools } from './lib/lesson.ts'
import { LessonClient } from './lib/lesson-client.ts'
import { openServers } from './servers/owner.ts'
import type { Servers } from './servers/pair.ts'
import { askServer, relay } from './servers/relay.ts'

const TURN = 'servers.turn'
const kinds = ['memory', 'database']
const names = kinds.map((kind) => `servers-${kind}.sid`)
const opened = new WeakMap<LessonTools, Servers>()
const victim = z.object({ server: z.enum(['A', 'B']) }).catch({ server: 'A' })

export const servers: Lesson = {
  name: 'servers',
  files: ['servers/server-process.ts', 'servers.ts'],
  minutes: 15,
  handouts: [5],
  cookies: names,
  unseen: [TURN],

  mount(app, tools) {
    const { path, back } = tools
    const servers = serversOf(tools)

    for (const kind of kinds) {
      // #region
      app.post([`/${kind}/sign-in`, `/${kind}/visit`], async (req, res) => {
        const last = cookiesOf(req, [TURN])[TURN]
        const alive = (await servers.use()).filter(({ isAlive }) => isAlive)
        const server = alive.find(({ name }) => name !== last) ?? alive[0] // ← the other one than last time, if it is alive
        const answer = server && (await relay(req, server, names))
        if (server && answer) {
          res.cookie(TURN, server.name, { path, httpOnly: true, sameSite: 'lax' })
          res.append('Set-Cookie', answer.cookies)
          setOutcome(res, answer.outcome, { server: server.name })
        } else {
          setOutcome(res, 'nobody')
        }
        res.redirect(303, back)
      })
      // #endregion

      app.post(`/six/${kind}`, async (req, res) => {
        await servers.use() // both run before the first of the six waits for them
        const tab = new LessonClient(req, 'tab').withCookiesOf(req, [...names, TURN])
        for (let count = 0; count < 6; count++) await tab.send('POST', `${path}/try/${kind}/visit`)
        setOutcome(res, 'six').redirect(303, back)
      })
    }

    app.post('/kill', async (req, res) => {
      const { server } = victim.parse(req.body)
      setOutcome(res, (await servers.kill(server)) ? 'killed' : 'not-killed', { server })
      res.redirect(303, back)
    })

    app.post('/restart', async (_req, res) => {
      await servers.restart()
      setOutcome(res, 'restarted').redirect(303, back)
    })
  },

  async look(_visit, tools) {
    const servers = await serversOf(tools).look()
    return { servers: servers.map(({ name, pid, isAlive }) => ({ name, pid, isAlive })) } // and never their keys
  },
}

function serversOf(tools: LessonTools): Servers {
  const known = opened.get(tools)
  if (known) return known
  const { path, secret, stores, mongoUrl, dbName } = tools
  const { collectionName } = stores.collection('database')
  const servers = openServers({ path, secret, database: { mongoUrl, dbName, collectionName } })
  opened.set(tools, servers)
  stores.mongo('database') // so that what both store is shown and purged
  stores.readers.push((id) => inMemory(servers, id))
  tools.atTheEnd(() => servers.close())
  return servers
}

// A session that one of them has in its memory, as that one tells.
async function inMemory(servers: Servers, id: string) {
  for (const server of await servers.look()) {
    const answer = server.isAlive
      ? await askServer(server, { path: `/memory/${encodeURIComponent(id)}` })
      : undefined
    const session = JSON.parse(answer?.text ?? 'null') as unknown
    if (session !== null) return { _id: id, server: server.name, session }
  }
  return undefined
}
