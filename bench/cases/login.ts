// The anonymous /login, against Express rendering the same template and nothing else.
import { Browser, visitorHeaders } from '../browser.ts'
import { flatOut } from '../load.ts'
import { turnOf } from '../options.ts'
import { addressOf, startContender } from '../processes.ts'
import { atLeast, figure, resultOf, type CaseResult } from '../results.ts'
import { startSite } from '../site.ts'
import type { Stage } from '../stage.ts'
import { ratios, spreadOf } from '../statistics.ts'

const CONNECTIONS = 20
const WARM_UP = 2 // seconds at most

/** Measure both in turn. Throws unless their pages are the same but for the token. */
export async function login(stage: Stage): Promise<CaseResult> {
  const { rounds } = stage.options
  const site = await startSite(stage, 'ours-login')
  const page = await new Browser(site).read('/login')
  const [, csrfToken = ''] = /name="_csrf" value="([^"]+)"/.exec(page) ?? []
  const bare = startContender(stage, 'bare-login', 'login.ts', { csrfToken })
  const bareUrl = await addressOf(bare)
  const samePage = await (await fetch(`${bareUrl}/login`)).text()
  if (samePage !== page) throw new Error('Express alone renders another /login than the site')

  const pull = async (url: string, most?: number) => {
    const requests = () => [{ path: '/login', headers: visitorHeaders() }]
    const amount = { connections: CONNECTIONS, ...turnOf(stage.options, most) }
    const expected = { status: 200, length: page.length }
    return (await flatOut(url, requests, expected, amount)).perSecond
  }
  const [ours, express]: [number[], number[]] = [[], []]
  for (const url of [site.url, bareUrl]) await pull(url, WARM_UP)
  for (let round = 1; round <= rounds; round++) {
    stage.say(`login: round ${round} of ${rounds}`)
    ours.push(await pull(site.url))
    express.push(await pull(bareUrl))
  }
  await Promise.all([site.stop(), bare.stop()])
  const ratio = ratios(ours, express)
  return resultOf(
    [
      figure('ours', 'answers a second', '', spreadOf(ours)),
      figure('Express alone', 'answers a second', '', spreadOf(express)),
      figure('ours', 'answers a second ÷ Express alone', '×', ratio),
    ],
    [atLeast(0.8, '/login ÷ Express rendering it', ratio.median)],
  )
}
