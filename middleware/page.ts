// How a row of the map becomes a route: guard, token, handler, and 405 for every other method.
import { Router, type Request, type RequestHandler } from 'express'
import createError from 'http-errors'
import { typedIn } from '../lib/form.ts'
import { developer } from './access.ts'
import { isMarkedAsOurs } from './form/same-site.ts'
import { record } from './log/security-events.ts'

/** A page shows itself on GET and takes its form on POST; most do one of the two. */
export type Page = {
  show?: RequestHandler
  submit?: RequestHandler
  /** True where the form undoes nothing, so that it needs no token: whose session has ended has none that is valid. */
  isHarmless?: (req: Request) => boolean
}
export type Row = [path: string, guard: RequestHandler | RequestHandler[], page: Page]

/** Build the routes of a map. A form's token is checked here, so no handler can forget it; a page has to say where it is not. */
export function pages(map: Row[], requireToken: RequestHandler): Router {
  const router = Router()
  for (const [path, guard, page] of map) {
    const route = router.route(path)
    // A page that is not there for somebody is not there for any method.
    if ([guard].flat().includes(developer)) route.all(developer)
    if (page.show) route.get(guard, page.show)
    if (page.submit)
      route.post(guard, unlessHarmless(page, orShowAgain(page, requireToken)), page.submit)
    route.all(otherMethods(page))
  }
  return router
}

/** The paths of a map, as the log names its pages. */
export function pathsOf(map: Row[]): string[] {
  return map.map(([path]) => path)
}

function unlessHarmless({ isHarmless }: Page, requireToken: RequestHandler): RequestHandler {
  return function requireTokenUnlessHarmless(req, res, next) {
    if (isHarmless?.(req)) {
      next()
    } else {
      requireToken(req, res, next)
    }
  }
}

// A token is old where somebody has signed in or out in another tab meanwhile, or after a restart. Nothing was done: the form
// comes back with a new token. To a browser that keeps no cookies it would come back for ever, so that is said instead. What
// was typed is shown only where the browser says that it comes from here, which middleware/form/same-site.ts has checked: a
// page of another site must not fill in a form of ours for somebody to send.
function orShowAgain({ show }: Page, requireToken: RequestHandler): RequestHandler {
  return function requireTokenOrShowAgain(req, res, next) {
    void requireToken(req, res, (error?: unknown) => {
      if (error === undefined || !show || res.locals.isJson) {
        next(error)
      } else {
        record(req, { events: [{ event: 'csrf-refused' }] })
        res.locals.typed = isMarkedAsOurs(req) ? typedIn(req.body) : {}
        res.locals.takeNotice = () => (req.headers.cookie ? 'form-stale' : 'no-cookies')
        res.status(403)
        Promise.resolve(show(req, res, next)).catch(next)
      }
    })
  }
}

function otherMethods({ show, submit }: Page): RequestHandler {
  const allowed = [...(show ? ['GET', 'HEAD'] : []), ...(submit ? ['POST'] : []), 'OPTIONS']
  return function refuseOtherMethods(req, res) {
    res.set('Allow', allowed.join(', '))
    if (req.method === 'OPTIONS') {
      res.sendStatus(204)
    } else {
      throw createError(405)
    }
  }
}
