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
    speakHtml(req, res)
  }
  next()
}

function speakHtml(req: Request, res: Response): void {
  if (req.method === 'POST' && req.get('X-Form') === 'background') redirectInBackground(res)
  res.turnAway = (_why, to, notice) => {
    if (notice) res.flash(notice)
    res.redirect(303, to)
  }
  res.picture = (png) => res.type('image/png').send(png)
}

// To public/js/forms.js. By itself fetch would follow a redirect, and the notice would be shown on a page that nobody sees.
function redirectInBackground(res: Response): void {
  res.redirect = (...words: (number | string)[]) => {
    res
      .status(204)
      .set('Location', String(words.at(-1)))
      .end()
  }
}

// Without a preference it is the page.
function wantsJson(req: Request): boolean {
  const best = req.accepts(['html', ...JSON_TYPES])
  return best !== false && JSON_TYPES.includes(best)
}
