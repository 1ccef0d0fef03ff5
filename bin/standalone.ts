// The site in one process, which holds the embedded engine too and so knows who else is at the database.
import type { Settings } from '../config/env.ts'
import type { Logger } from '../config/logger.ts'
import type { SessionCache } from '../lib/session/cache.ts'
import { openDatabaseAndSecrets } from './setup.ts'

/** Start the database and the site; it answers when this resolves. Throws a StartProblem. */
export async function startStandalone(
  settings: Settings,
  logger: Logger,
  say: (line: string) => void,
) {
  const cacheSwitch = createCacheSwitch()
  const { shared, close } = await openDatabaseAndSecrets(settings, logger, say, {
    gateListener: cacheSwitch,
    meanwhile: () => import('./start.ts'),
  })
  const { openSite } = await import('./start.ts')
  const { SessionCache } = await import('../lib/session/cache.ts')
  // One process on a database of its own is the only one that changes sessions, until another connects through the gate.
  // Lessons show what a request asks of the database, so it is asked each time where they are on.
  const cache = settings.lessons || !shared.isEmbedded ? undefined : new SessionCache()
  if (cache) cacheSwitch.control(cache)
  try {
    const site = await openSite(settings, shared, logger, cache)
    // A service manager that is asked to reload must not end the site by that. While developing it ends with its terminal.
    if (settings.production) {
      process.on('SIGHUP', () => {
        logger.warn('Nothing was replaced: that takes more than one of WORKERS')
      })
    }
    const collect = async () => (await site.metrics?.registry.metrics()) ?? ''
    const { startMetrics } = await import('./metrics-server.ts')
    const metrics = await startMetrics({ settings, logger, collect })
    if (metrics.address) say(`Metrics are shown at ${metrics.address}`)
    const stop = async () => {
      await site.stop()
      await metrics.close()
      await close()
    }
    return { address: site.address, stop }
  } catch (error) {
    await close()
    throw error
  }
}

/** What keeps a cache off while another process is at the engine. The gate is open before there is a cache: what it told is remembered. */
export function createCacheSwitch() {
  let isShared = false
  let cache: SessionCache | undefined
  return {
    firstCame: () => {
      isShared = true
      cache?.turnOff()
    },
    lastLeft: () => {
      isShared = false
      cache?.turnOn()
    },
    /** Switch this cache from now on; it is on if nobody else is there. */
    control: (newCache: SessionCache) => {
      cache = newCache
      if (!isShared) cache.turnOn()
    },
  }
}
