// Requests and responses whose prototype Express does not have to change.
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { usePrototypes, createPrototypes } from '../../middleware/prototypes.ts'
import { openSite, type Site } from '../helper.ts'

let site: Site
let server: Server
const prototypes: [before: unknown, after: unknown][] = []
beforeAll(async () => {
  site = await openSite()
  const kinds = createPrototypes()
  usePrototypes(site.app, kinds)
  server = createServer(kinds, (req, res) => {
    const [before, answer] = [Object.getPrototypeOf(req), Object.getPrototypeOf(res)] as unknown[]
    site.app(req, res)
    prototypes.push([before, Object.getPrototypeOf(req)], [answer, Object.getPrototypeOf(res)])
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(async () => {
  server.close()
  await site.close()
})

it('GET /home leaves a request and its response of the kind that they were born as', async () => {
  const { port } = server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/home`)

  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('/register')
  expect(prototypes).toHaveLength(2)
  for (const [before, after] of prototypes) expect(after).toBe(before)
})

it('two applications in one process keep their requests apart', async () => {
  const other = await openSite()
  usePrototypes(other.app, createPrototypes())

  await site.visitor().get('/home')

  expect(site.app.request.app).toBe(site.app)
  expect(other.app.request.app).toBe(other.app)
})
