// HTML or JSON: the one place that decides. Handlers say what the answer is, with the same verbs for both.
import type { Request, RequestHandler, Response } from 'express'
import type { Notice } from './flash.ts'
import { speakJson } from './json.ts'
import type { TurnedAway } from './problem.ts'

const JSON_TYPES = ['application/json', 'application/problem+json']

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way Express's own types are extended
  namespace Express {
    interface Response {
      /** Turn somebody away from a page: they are sent to another path with the reason, or in JSON get the reason alone. */
      turnAway: (why: TurnedAway, to: string, notice?: Notice) => void
      /** Answer with a PNG that counts for so many seconds. */
      picture: (png: Buffer, expiresIn: number) => void
    }
  }
}

/** True if the visitor would rather have JSON than a page. Without a preference it is the page. */
export function wantsJson(req: Request): boolean {
  const best = req.accepts(['html', ...JSON_TYPES])
  return best !== false && JSON_TYPES.includes(best)
}

/** Make every answer a page or JSON, as the visitor prefers, and say that it depends on that. */
export const representation: RequestHandler = function representation(req, res, next) {
  res.vary('Accept')
  if (wantsJson(req)) {
    speakJson(req, res)
  } else {
    speakHtml(res)
  }
  next()
}

function speakHtml(res: Response): void {
  res.turnAway = (_why, to, notice) => {
    if (notice) res.flash(notice)
    res.redirect(303, to)
  }
  res.picture = (png) => res.type('image/png').send(png)
}
