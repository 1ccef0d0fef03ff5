// Closes the site while an operator has it closed: 503 in its own look for everybody but whoever has opened the link.
import type { Request, RequestHandler } from 'express'
import createError from 'http-errors'
import type { Settings } from '../../config/env.ts'
import { cookieName } from '../../config/session.ts'
import { SECOND } from '../../config/time.ts'
import { findMaintenance } from '../../models/operator/maintenance.ts'

const LOOK_EVERY = 2 * SECOND // a page costs no read for this, and a site that is closed is closed two seconds later

/** Refuse every page with 503 while the site is closed. */
export function refuseWhileClosed(settings: Settings): RequestHandler {
  let lookedAt = 0
  let looking: ReturnType<typeof findMaintenance> = Promise.resolve(undefined)
  return async function refuseWhileClosed(req, _res, next) {
    // In either direction: a clock that is set back must not keep the site closed.
    if (Math.abs(Date.now() - lookedAt) >= LOOK_EVERY) {
      lookedAt = Date.now()
      looking = findMaintenance()
      looking.catch(() => {
        lookedAt = 0
      })
    }
    const maintenance = await looking
    if (!maintenance || maintenance.letsIn(tokenIn(req, settings))) {
      next()
    } else {
      const { retry, message } = maintenance
      next(createError(503, 'The site is closed', { kind: 'maintenance', retry, said: message }))
    }
  }
}

function tokenIn(req: Request, settings: Settings): string {
  return (req.cookies as Record<string, string>)[cookieName(settings, 'bypass')] ?? ''
}
