// HTML or JSON: the one place that decides. Handlers say what the answer is, with the same verbs for both.
import type { Request, RequestHandler, Response } from 'express'
import { speakJson } from './json.ts'

const JSON_TYPES = ['application/json', 'application/problem+json']

/** Make every answer a page or JSON, as the visitor prefers, and say that it depends on that. */
export const representation: RequestHandler = function representation(req, res, next) {
  res.vary('Accept')
  res.locals.isJson = wantsJson(req)
  if (res.locals.isJson) {
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

// Without a preference it is the page.
function wantsJson(req: Request): boolean {
  const best = req.accepts(['html', ...JSON_TYPES])
  return best !== false && JSON_TYPES.includes(best)
}
