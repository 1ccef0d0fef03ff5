// The captcha: how many pictures a core draws, and how many it draws and answers over HTTP.
import { measureWork } from '../contenders.ts'
import { sendFlatOut } from '../load.ts'
import { startSite } from '../site.ts'
import { inRounds, type Stage } from '../stage.ts'
import { target } from '../statistics.ts'
import { BROWSER_HEADERS, newAddress } from '../visitor.ts'

/** Draw alone, and over HTTP for visitors that each have an address of their own: the throttle is on. */
export async function captcha(stage: Stage) {
  const { url } = await startSite(stage, 'ours-captcha')
  const setupRequest = <T extends object>(request: T) => ({
    ...request,
    headers: { ...BROWSER_HEADERS, ...newAddress() },
  })
  const requests = () => [{ path: '/captcha', setupRequest }]
  const load = { connections: 4, duration: stage.options.seconds }
  const { figures } = await inRounds(stage, 'captcha', [
    async (note) => {
      const { perSecond } = await measureWork(stage, 'captcha', 1, 'contender')
      note('one core', 'pictures a second', perSecond)
    },
    async (note) => {
      const { perSecond } = await sendFlatOut(url, requests, { status: 200 }, load)
      note('GET /captcha', 'answers a second', perSecond)
    },
  ])
  const { median = NaN } = figures.find(({ of }) => of === 'one core') ?? {}
  const targets = [target('captcha pictures a second on one core', median, 'at least', 200)]
  return { figures, targets }
}
