// HTML or JSON: the one place that decides. Handlers say what the answer is, with the same verbs for both.
import type { Request, RequestHandler, Response } from 'express'
import { speakJson } from './json.ts'

const JSON_TYPES = ['application/json', 'application/problem+json']

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
