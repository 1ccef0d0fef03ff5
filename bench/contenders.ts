// Contenders: those that answer the same signed-in /home as ours, each with its visitors signed in and checked, and others.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HttpClient } from '../lib/http/client.ts'
import { childrenOf, moveTo, type Place } from './machine.ts'
import { startNode, startServer, type Server } from './processes.ts'
import { startSite, startWholeSite, type Site } from './site.ts'
import type { Stage } from './stage.ts'
import { createMembers, userOf } from './users.ts'
import { BROWSER_HEADERS, type Fields } from './visitor.ts'

export type HomeContender = Pick<Server, 'url'> & {
  name: string
  /** The processes that answer. */
  pids: number[]
  visitors: Fields[]
  length: number
}

const OTHERS = [
  ['seed', 'express-session', { IS_SEED: 'yes' }],
  ['express', 'express-session', {}],
  ['fastify', 'fastify', {}],
  ['limit', 'limit', {}],
] as const

/** Start one of the programs in bench/contenders with these values. */
export async function startContender(stage: Stage, name: string, program: string, values: Fields) {
  const { log, args, environment } = wordsOf(stage, name, program, values)
  return startServer(log, args, environment)
}

/** Do this work without HTTP, so many at once; returns how often it was done a second, and its processor time in ms. */
export async function measureWork(
  stage: Stage,
  work: string,
  parallel: number,
  place: Place,
  more: Fields = {},
) {
  const { seconds } = stage.options
  const values = { WORK: work, SECONDS: String(seconds), PARALLEL: String(parallel), ...more }
  const { args, environment } = wordsOf(stage, work, 'work', values)
  const output = join(stage.folder, `work-${Date.now()}.log`)
  const { ended, log } = startNode(output, args, environment, place)
  if ((await ended) !== 0) throw new Error(`${work} broke:\n${log()}`)
  const [perSecond = NaN, cost = NaN] = log().split(' ').map(Number)
  return { perSecond, cost }
}

/** Start all that answer /home. Throws unless each greets everybody by name with an answer as long as ours. */
export async function startHomeContenders(
  stage: Stage,
): Promise<{ contenders: HomeContender[]; server: HomeContender }> {
  const { members, ...ours } = await startOurs(stage)
  const views = join(stage.folder, 'views')
  const { html = '', username = '', email = '' } = members[0] ?? {}
  // What the site answered, with the name and the address as the template's only values: so the bytes are the same.
  const template = html.replaceAll(email, '<%= email %>').replaceAll(username, '<%= username %>')
  await mkdir(views)
  await writeFile(join(views, 'home.ejs'), template)
  const contenders: HomeContender[] = []
  for (const [name, program, more] of OTHERS) {
    const values = { MONGO_URL: stage.databaseUrl(name), VIEWS: views, ...more }
    const contender = await startContender(stage, name, program, values)
    const visitors = await (name === 'limit' ? insertSessions(stage) : signIn(stage, contender.url))
    const { url, pid } = contender
    contenders.push({ name, url, pids: [pid], visitors, length: ours.length })
  }
  const server = await withMembers(stage, await startSite(stage, 'ours-server'), 'ours-server')
  const all = [...contenders, ours, server, await startWorkers(stage)]
  for (const contender of all) await checkAnswers(contender)
  return { contenders: all, server }
}

/** Ours alone, under this name. */
export async function startOurs(stage: Stage, name = 'ours') {
  const site = await startWholeSite(stage, name)
  const ours = await withMembers(stage, site, 'ours')
  // With somebody else at its engine the site keeps no session in memory.
  await site.database.client.close()
  return ours
}

// On all cores: each worker could have one to itself, if there were more than the two that the engine and the load need.
async function startWorkers(stage: Stage) {
  const site = await startSite(stage, 'ours-workers', { WORKERS: '2' })
  const pids = childrenOf(site.pid)
  for (const pid of [site.pid, ...pids]) moveTo('anywhere', pid)
  return { ...(await withMembers(stage, site, 'ours-workers')), pids }
}

async function withMembers({ options }: Stage, site: Site, name: string) {
  const members = await createMembers(site, options.connections)
  const visitors = members.map(({ headers }) => headers)
  const [first] = members
  return { ...site, pids: [site.pid], name, visitors, length: first?.html.length ?? 0, members }
}

function wordsOf({ folder }: Stage, name: string, program: string, values: Fields) {
  const path = join(import.meta.dirname, 'contenders', `${program}.ts`)
  const environment = { NODE_ENV: 'production', ...values }
  // As ours has it: whoever waits for its turn must not lose its compiled code (decision 012).
  const args = ['--no-memory-reducer', '--import', 'tsx', path]
  return { log: join(folder, `${name}.log`), args, environment }
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
