// deploy/nginx.conf as it stands, run by a real nginx in front of two site processes on one database.
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import type { SuperAgentRequest } from 'superagent'
import { inject, vi } from 'vitest'
import { openSite, TIMEOUT } from '../bin/process.ts'
import { Visitor } from '../visitor.ts'
import { startNginx } from './nginx-process.ts'

export const FIRST_TIME = 180_000 // milliseconds: nginx may have to be fetched, on a busy machine
export const BASE_URL = 'https://sign-in.example' // not where the test finds it: only the settings say so

// Each front has a loopback address of its own where the system has more than one: nobody else takes its ports.
export const HAS_MORE = process.platform === 'linux'
export const VISITOR = HAS_MORE ? '127.0.0.9' : '127.0.0.1'

const SETTINGS = {
  BASE_URL,
  TRUST_PROXY: '1',
  SESSION_SECRETS: 'the one secret that both sites have',
}

export type Front = Awaited<ReturnType<typeof openFront>>
export type Told = Record<'address' | 'method' | 'path' | 'status' | 'site' | 'siteStatus', string>

/** Start two sites, the first at `mongoUrl` if there is one, and nginx before them. Whoever opens it closes it. */
export async function openFront(mongoUrl = inject('mongoUrl')) {
  const ends: (() => Promise<unknown>)[] = []
  const folder = await mkdtemp(join(tmpdir(), 'sesame-test-'))
  const database = `test-front-${folder.slice(-6)}`
  const host = HAS_MORE ? ownAddress() : '127.0.0.1'
  ends.push(
    () => dropDatabase(database),
    () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  )
  const close = async () => {
    for (const end of ends) await end()
  }
  const openBehind = async (port: number, url: string) => {
    const PORT = String(port)
    const MONGO_URL = url.replace('/?', `/${database}?`)
    const environment = { ...SETTINGS, DATA_DIR: join(folder, 'data'), HOST: host, PORT, MONGO_URL }
    const site = await openSite(environment, (end) => ends.unshift(end))
    return { ...site, address: `${host}:${PORT}`, reopen: () => openBehind(port, url) }
  }
  try {
    const [plain = 0, secure = 0, first = 0, second = 0] = await freePorts(host, 4)
    // One after the other: each is given the time that a site may take to start on a busy machine.
    const sites = [await openBehind(first, mongoUrl), await openBehind(second, inject('mongoUrl'))]
    const nginx = await startNginx(folder, { host, plain, secure, baseUrl: BASE_URL, sites })
    ends.unshift(nginx.stop)
    /** The lines of nginx's log about this page, as soon as there are so many: each is written after its answer. */
    const toldOf = (path: string, count = 1) =>
      vi.waitFor(async () => {
        const lines = (await toldIn(nginx.log)).filter((line) => line.path === path)
        if (lines.length < count) throw new Error(`nginx tells ${lines.length} times of ${path}`)
        return lines
      }, TIMEOUT)
    return { ...nginx, host, ports: { plain, secure }, sites, toldOf, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A visitor at nginx's door, who comes from `VISITOR`, which is neither nginx's nor a site's address. */
export function visitorAt({ address, ca }: Front): Visitor {
  const visitor = new Visitor(address)
  const agent = new Agent({
    ca,
    localAddress: VISITOR,
    keepAlive: true,
    checkServerIdentity: () => undefined, // some make up a Host header
  })
  visitor.agent.use((request: SuperAgentRequest) => void request.agent(agent))
  return visitor
}

function ownAddress(): string {
  const byte = () => 1 + Math.floor(Math.random() * 250)
  return `127.${byte()}.${byte()}.${byte()}`
}

async function freePorts(host: string, count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, host))
  return Promise.all(
    servers.map(async (server) => {
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      server.close()
      await once(server, 'close')
      return port
    }),
  )
}

async function dropDatabase(name: string): Promise<void> {
  const client = await MongoClient.connect(inject('mongoUrl'))
  await client.db(name).dropDatabase()
  await client.close()
}

async function toldIn(log: string): Promise<Told[]> {
  const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Told)
}
