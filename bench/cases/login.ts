// The anonymous /login, against Express rendering the same template and nothing else.
import { startContender } from '../contenders.ts'
import { sendFlatOut } from '../load.ts'
import { turnOf } from '../options.ts'
import { startSite } from '../site.ts'
import { inRounds, type Stage } from '../stage.ts'
import { atLeast, figure, ratios } from '../statistics.ts'
import { newClient, read } from '../users.ts'
import { BROWSER_HEADERS } from '../visitor.ts'

const CONNECTIONS = 20

/** Measure both in turn. Throws unless their pages are the same but for the token. */
export async function login(stage: Stage) {
  const site = await startSite(stage, 'ours-login')
  const page = await read(newClient(site), '/login')
  const [, csrfToken = ''] = /name="_csrf" value="([^"]+)"/.exec(page) ?? []
  const bare = await startContender(stage, 'bare-login', 'login.ts', { csrfToken })
  if ((await read(newClient(bare), '/login')) !== page) {
    throw new Error('Express alone renders another /login than the site')
  }
  const send = async (url: string) => {
    const requests = () => [{ path: '/login', headers: BROWSER_HEADERS }]
    const amount = { connections: CONNECTIONS, ...turnOf(stage.options) }
    return sendFlatOut(url, requests, { status: 200, length: page.length }, amount)
  }
  const valuesOf = await inRounds(stage, 'login', [
    async () => ({ ours: (await send(site.url)).perSecond }),
    async () => ({ express: (await send(bare.url)).perSecond }),
  ])
  await Promise.all([site.stop(), bare.stop()])
  const ratio = ratios(valuesOf('ours'), valuesOf('express'))
  return {
    figures: [
      figure('ours', 'answers a second', '', valuesOf('ours')),
      figure('Express alone', 'answers a second', '', valuesOf('express')),
      figure('ours', 'answers a second ÷ Express alone', '×', ratio),
    ],
    targets: [atLeast(0.8, '/login ÷ Express rendering it', ratio.median)],
  }
}
