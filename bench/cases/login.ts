// The anonymous /login, against Express rendering the same template and nothing else.
import { startContender } from '../contenders.ts'
import { sendFlatOut, type Expected } from '../load.ts'
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
  const expected = { status: 200, length: page.length }
  const answers = async (url: string) =>
    (await send(url, turnOf(stage.options), expected)).perSecond
  const valuesOf = await inRounds(stage, 'login', [
    async () => ({ ours: await answers(site.url) }),
    async () => ({ express: await answers(bare.url) }),
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

/** The site, and a load of /login. */
export async function openLogin(stage: Stage, args: string[]) {
  const site = await startSite(stage, 'ours-login', args)
  return { site, load: (duration: number) => send(site.url, { duration }, { status: 200 }) }
}

function send(url: string, turn: ReturnType<typeof turnOf>, expected: Expected) {
  const requests = () => [{ path: '/login', headers: BROWSER_HEADERS }]
  return sendFlatOut(url, requests, expected, { connections: CONNECTIONS, ...turn })
}
