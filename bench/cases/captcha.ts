// The captcha: how many pictures a core draws, and how many it draws and answers over HTTP.
import { newAddress, visitorHeaders } from '../browser.ts'
import { flatOut } from '../load.ts'
import { messageOf, startContender } from '../processes.ts'
import { atLeast, figure, resultOf, type CaseResult } from '../results.ts'
import { startSite } from '../site.ts'
import type { Stage } from '../stage.ts'
import { spreadOf } from '../statistics.ts'

const CONNECTIONS = 4

/** Draw alone, and over HTTP for visitors that each have an address of their own: the throttle is on. */
export async function captcha(stage: Stage): Promise<CaseResult> {
  const { rounds, seconds } = stage.options
  const site = await startSite(stage, 'ours-captcha')
  const drawer = startContender(stage, 'drawer', 'captcha.ts', {})
  await messageOf(drawer)

  const pull = async () => {
    const amount = { connections: CONNECTIONS, duration: seconds }
    return (await flatOut(site.url, onlookers, { status: 200 }, amount)).perSecond
  }
  const draw = () => {
    drawer.child.send({ seconds, parallel: 1 })
    return messageOf<number>(drawer)
  }
  const [alone, answered]: [number[], number[]] = [[], []]
  await draw()
  for (let round = 1; round <= rounds; round++) {
    stage.say(`captcha: round ${round} of ${rounds}`)
    alone.push(await draw())
    answered.push(await pull())
  }
  await Promise.all([site.stop(), drawer.stop()])
  const drawn = spreadOf(alone)
  return resultOf(
    [
      figure('one core', 'pictures a second', '', drawn),
      figure('GET /captcha', 'answers a second', '', spreadOf(answered)),
    ],
    [atLeast(200, 'captcha pictures a second on one core', drawn.median)],
  )
}

/** What a connection asks: pictures, each for somebody else. */
export function onlookers() {
  const setupRequest = <T extends object>(request: T) => ({
    ...request,
    headers: { ...visitorHeaders(), 'X-Forwarded-For': newAddress() },
  })
  return [{ path: '/captcha', setupRequest }]
}
