// Contenders: those that answer the same signed-in /home as ours, each with its visitors signed in and checked, and others.
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HttpClient } from '../lib/http/client.ts'
import { freePort, startNode, type Started } from './processes.ts'
import { startWholeSite } from './site.ts'
import type { Stage } from './stage.ts'
import { createMembers, userOf, type Member } from './users.ts'
import { BROWSER_HEADERS, type Fields } from './visitor.ts'

export type Contender = Started & { url: string }
export type HomeContender = Contender & { name: string; visitors: Fields[]; length: number }

const OTHERS = [
  ['seed', 'express-session.ts', { isSeed: true }],
  ['express', 'express-session.ts', { isSeed: false }],
  ['fastify', 'fastify.ts', {}],
  ['limit', 'limit.ts', {}],
] as const

/** Start one of the files in bench/contenders with these values. It is ready when this resolves. */
export async function startContender(stage: Stage, name: string, file: string, values: object) {
  const port = await freePort()
  const path = join(import.meta.dirname, 'contenders', file)
  const args = ['--import', 'tsx', path, JSON.stringify({ port, ...values })]
  const environment = { NODE_ENV: 'production' }
  const contender = startNode(join(stage.folder, `${name}.log`), args, environment)
  await messageOf(contender)
  return { ...contender, url: `http://127.0.0.1:${port}` }
}

/** The next message of a process. Throws with what it wrote if it ends instead. */
export async function messageOf({ child, log }: Started): Promise<unknown> {
  const over = new AbortController()
  const events = ['message', 'exit'].map((name) => once(child, name, { signal: over.signal }))
  const [message] = (await Promise.race(events).finally(() => {
    over.abort()
  })) as unknown[]
  if (child.exitCode !== null || child.signalCode) throw new Error(`A contender broke:\n${log()}`)
  return message
}

/** Start all that answer /home. Throws unless each greets everybody by name with an answer as long as ours. */
export async function startHomeContenders(stage: Stage): Promise<HomeContender[]> {
  const ours = await startOurs(stage)
  const views = await writeTemplate(stage, ours.members[0])
  const contenders: HomeContender[] = []
  for (const [name, file, more] of OTHERS) {
    const values = { mongoUrl: stage.databaseUrl(name), views, ...more }
    const contender = await startContender(stage, name, file, values)
    const visitors = await (name === 'limit' ? insertSessions(stage) : signIn(stage, contender.url))
    contenders.push({ ...contender, name, visitors, length: ours.length })
  }
  const all = [...contenders, ours]
  for (const contender of all) await checkAnswers(contender)
  return all
}

/** Ours alone, under this name. */
export async function startOurs(stage: Stage, name = 'ours') {
  const site = await startWholeSite(stage, name)
  const members = await createMembers(site, stage.options.connections)
  // With somebody else at its engine the site keeps no session in memory.
  await site.database.client.close()
  const visitors = members.map(({ headers }) => headers)
  return { ...site, name: 'ours', visitors, length: members[0]?.html.length ?? 0, members }
}

// What the site answered, with the name and the address as the template's only values: so the bytes are the same.
async function writeTemplate({ folder }: Stage, member: Member | undefined): Promise<string> {
  const { html = '', username = '', email = '' } = member ?? {}
  const views = join(folder, 'views')
  const template = html.replaceAll(email, '<%= email %>').replaceAll(username, '<%= username %>')
  await mkdir(views, { recursive: true })
  await writeFile(join(views, 'home.ejs'), template)
  return views
}

async function signIn({ options }: Stage, url: string): Promise<Fields[]> {
  const visitors: Fields[] = []
  for (let number = 0; number < options.connections; number++) {
    const client = new HttpClient(url, BROWSER_HEADERS)
    await client.send({ path: `/login?${new URLSearchParams(userOf(number)).toString()}` })
    visitors.push(client.nextHeaders)
  }
  return visitors
}

async function insertSessions({ client, options }: Stage): Promise<Fields[]> {
  const sessions = Array.from({ length: options.connections }, (_, number) => ({
    _id: `session${number}`,
    ...userOf(number),
  }))
  await client.db('limit').collection<{ _id: string }>('sessions').insertMany(sessions)
  return sessions.map(({ _id }) => ({ ...BROWSER_HEADERS, Cookie: `sid=${_id}` }))
}

async function checkAnswers({ name, url, visitors, length }: HomeContender): Promise<void> {
  for (const [number, headers] of visitors.entries()) {
    const { status, text } = await new HttpClient(url, headers).send({ path: '/home' })
    const isGreeted = text.includes(userOf(number).username)
    if (status !== 200 || !isGreeted || text.length !== length) {
      const what = `${text.length} characters instead of ${length}`
      throw new Error(`${name} answered ${status}, ${what}, greeting: ${isGreeted}`)
    }
  }
}
