// Who answers the same signed-in /home: ours, and those it is compared with, each with its visitors signed in and checked.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { visitorHeaders, type Headers } from './browser.ts'
import { becomeMembers, person, type Member } from './people.ts'
import { addressOf, startContender, type Started } from './processes.ts'
import { startWholeSite } from './site.ts'
import type { Stage } from './stage.ts'

export type Rival = {
  name: string
  url: string
  visitors: Headers[]
  length: number
  process: Started
}

const OTHERS = [
  ['seed', 'express-session.ts', { isSeed: true }],
  ['express', 'express-session.ts', { isSeed: false }],
  ['fastify', 'fastify.ts', {}],
  ['limit', 'limit.ts', {}],
] as const

/** Start them all. Throws unless each greets everybody by name with an answer as long as ours. */
export async function startRivals(stage: Stage): Promise<Rival[]> {
  const ours = await startOurs(stage)
  const views = await writeTemplate(stage, ours.members[0])
  const rivals: Rival[] = []
  for (const [name, file, more] of OTHERS) {
    const values = { mongoUrl: stage.databaseUrl(name), views, ...more }
    const process = startContender(stage, name, file, values)
    const url = await addressOf(process)
    const visitors = await (name === 'limit' ? putSessions(stage, name) : signIn(stage, url))
    rivals.push({ name, url, visitors, length: ours.length, process })
  }
  const all = [...rivals, ours]
  for (const rival of all) await checkAnswers(rival)
  return all
}

/** Ours alone, under this name, with the arguments for Node.js that are given. */
export async function startOurs(stage: Stage, database = 'ours', args: string[] = []) {
  const process = await startWholeSite(stage, database, args)
  const members = await becomeMembers(process, stage.options.connections)
  await process.leave()
  const visitors = members.map(({ headers }) => headers)
  const length = members[0]?.html.length ?? 0
  return { name: 'ours', url: process.url, visitors, length, process, members }
}

// What the site answered, with the name and the address as the template's only values: so the bytes are the same.
async function writeTemplate({ folder }: Stage, member: Member | undefined): Promise<string> {
  const { html = '', username = '', email = '' } = member ?? {}
  const views = join(folder, 'views')
  const template = html.replaceAll(email, '<%= email %>').replaceAll(username, '<%= username %>')
  await mkdir(views)
  await writeFile(join(views, 'home.ejs'), template)
  return views
}

async function signIn({ options }: Stage, url: string): Promise<Headers[]> {
  const visitors: Headers[] = []
  for (let number = 0; number < options.connections; number++) {
    const answer = await fetch(`${url}/login?${new URLSearchParams(person(number)).toString()}`)
    const [cookie = ''] = answer.headers.getSetCookie()[0]?.split(';') ?? []
    visitors.push(visitorHeaders(cookie))
  }
  return visitors
}

async function putSessions({ client, options }: Stage, name: string): Promise<Headers[]> {
  const documents = Array.from({ length: options.connections }, (_, number) => ({
    _id: `session${number}`,
    ...person(number),
  }))
  await client.db(name).collection<{ _id: string }>('sessions').insertMany(documents)
  return documents.map(({ _id }) => visitorHeaders(`sid=${_id}`))
}

async function checkAnswers({ name, url, visitors, length }: Rival): Promise<void> {
  for (const [number, headers] of visitors.entries()) {
    const answer = await fetch(`${url}/home`, { headers })
    const html = await answer.text()
    const greets = html.includes(person(number).username)
    if (answer.status !== 200 || !greets || html.length !== length) {
      throw new Error(
        `${name} answered ${answer.status}, ${html.length} characters instead of ${length}, ${greets ? 'with' : 'without'} the name`,
      )
    }
  }
}
