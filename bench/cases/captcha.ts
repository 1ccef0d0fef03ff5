// The captcha: how many pictures a core draws, and how many it draws and answers over HTTP.
import { messageOf, startContender } from '../contenders.ts'
import { sendFlatOut } from '../load.ts'
import { startSite } from '../site.ts'
import { inRounds, type Stage } from '../stage.ts'
import { atLeast, figure, percentile } from '../statistics.ts'
import { BROWSER_HEADERS, newAddress } from '../visitor.ts'

const CONNECTIONS = 4

/** Draw alone, and over HTTP for visitors that each have an address of their own: the throttle is on. */
export async function captcha(stage: Stage) {
  const { seconds } = stage.options
  const site = await startSite(stage, 'ours-captcha')
  const drawer = await startContender(stage, 'drawer', 'work.ts', { work: 'captcha' })
  const setupRequest = <T extends object>(request: T) => ({
    ...request,
    headers: { ...BROWSER_HEADERS, ...newAddress() },
  })
  const send = () =>
    sendFlatOut(
      site.url,
      () => [{ path: '/captcha', setupRequest }],
      { status: 200 },
      { connections: CONNECTIONS, duration: seconds },
    )
  const valuesOf = await inRounds(stage, 'captcha', [
    async () => {
      drawer.child.send({ seconds, parallel: 1 })
      return { drawn: Number(await messageOf(drawer)) }
    },
    async () => ({ answered: (await send()).perSecond }),
  ])
  await Promise.all([site.stop(), drawer.stop()])
  const drawn = valuesOf('drawn')
  return {
    figures: [
      figure('one core', 'pictures a second', '', drawn),
      figure('GET /captcha', 'answers a second', '', valuesOf('answered')),
    ],
    targets: [atLeast(200, 'captcha pictures a second on one core', percentile(drawn, 0.5))],
  }
}
