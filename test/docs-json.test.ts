// docs/json.md, run as it stands: every command against a site on a real port, and every answer that it promises.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from './helper.ts'
import { read } from './project-files.ts'

const END = '--- end of the block ---'

const { text } = read('docs/json.md')
const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(
  ([, language = '', content = '']) => ({ language, content }),
)
// Each block of commands, with what it promises if a block of text follows it.
const steps = blocks
  .map(({ language, content }, index) => ({ language, commands: content, next: blocks[index + 1] }))
  .filter(({ language }) => language === 'sh')
  .map(({ commands, next }) => ({
    commands,
    promised: next?.language === 'text' ? next.content : '',
  }))

const server = createServer()
let site: Site
let folder: string
let given: string[]
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const BASE = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  site = await openSite({ BASE_URL: BASE, CORS_ORIGINS: 'http://localhost:5173', THROTTLE: 'on' })
  server.on('request', site.app)
  folder = await mkdtemp(join(tmpdir(), 'sesame-test-'))
  const script = steps.map(({ commands }) => `${commands}echo '${END}'\n`).join('')
  const { stdout, stderr } = await promisify(execFile)('bash', ['-uc', script], {
    env: { PATH: process.env.PATH, TMPDIR: folder, BASE },
  })
  given = (stdout + stderr).replaceAll('\r', '').split(`${END}\n`)
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await site.close()
  await rm(folder, { recursive: true, force: true })
})

describe('docs/json.md', () => {
  it('shows the whole visit', () => {
    const commands = steps.map((step) => step.commands).join('')

    for (const path of ['register', 'captcha', 'login', 'account', 'account/sessions', 'logout']) {
      expect(commands).toContain(`"$BASE/${path}"`)
    }
  })

  it.each(steps.map((step, index) => ({ ...step, index })))(
    'gets what it promises from $commands',
    ({ promised, index }) => {
      const parts = promised.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))

      expect(given[index]).toMatch(new RegExp(`^${parts.join('.*')}$`))
    },
  )

  it('lists every type of problem, and no other', () => {
    const listed = [...text.matchAll(/^\| `([a-z-]+)` +\| \d{3}/gm)].map(([, type]) => type)
    const sources = ['answer/problem', 'form/https']
      .map((name) => read(`middleware/${name}.ts`).text)
      .join('')
    const [, table = ''] = /TYPES.*?\{(.*?)^\}/ms.exec(sources) ?? []
    const used = [
      ...[...table.matchAll(/'([a-z-]+)'/g)].map(([, type]) => type),
      ...[...sources.matchAll(/(?:\btype|kind): '([a-z-]+)'/g)].map(([, type]) => type),
      ...(/TurnedAway = (.*)/.exec(sources)?.[1] ?? '').split(/[ |']+/).filter(Boolean),
    ]

    expect(listed.sort()).toEqual([...new Set(used)].sort())
  })
})
