// A form that is sent twice, as by a button that is pressed twice, is done once: the second gets the first one's answer.
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Settings } from '../../config/env.ts'
import { cookieName } from '../../config/session.ts'
import {
  claimForm,
  findAnswer,
  keepAnswer,
  nameForm,
  releaseForm,
  type FormAnswer,
  type SentForm,
} from '../../models/first-answer.ts'

type End = Response['end']

const formFields = z.object({ _csrf: z.string(), formId: z.uuid() })

/**
 * Give the repeat of a form the first one's answer. It stands before the sessions: the browser broke the first request off, so
 * it may not know of the session that began, or was renewed or ended, meanwhile, and no guard would let it in.
 */
export function repeats(settings: Settings): RequestHandler {
  return async function answerRepeat(req, res, next) {
    const form = sentForm(req, settings)
    if (!form) {
      next()
    } else if (await claimForm(form)) {
      keepItsAnswer(form, req, res)
      next()
    } else {
      const answer = await findAnswer(form)
      if (answer) {
        // Nothing is done again, so this is no way around a sign-out: the cookie of a session that has ended opens nothing.
        res.set({ 'Set-Cookie': answer.cookies, 'Cache-Control': 'no-store' })
        const { what } = answer
        if ('location' in what) res.redirect(303, what.location)
        else res.status(what.status).type('html').end(what.page)
      } else {
        next()
      }
    }
  }
}

// The same page, sent by the same browser with the same fields. Each showing of a form has an id of its own, so whoever wants
// the same thing twice gets it. The token's cookie is this browser's secret: without it, a page of another site could have
// somebody's browser repeat a sign-in of its own, and take its cookies.
function sentForm(req: Request, settings: Settings): SentForm | undefined {
  const fields = formFields.safeParse(req.body)
  const token = (req.cookies as Record<string, string>)[cookieName(settings, 'csrf')]
  if (req.method !== 'POST' || fields.data?._csrf !== token || token === undefined) return undefined
  const [secret = ''] = settings.sessionSecrets
  return nameForm([token, req.originalUrl, req.body], secret)
}

// Only where the form led somewhere, or to a page that its sender would miss. What can't be kept costs nobody an answer.
function keepItsAnswer(form: SentForm, req: Request, res: Response): void {
  const end = res.end.bind(res) as (...words: unknown[]) => Response
  res.end = ((...words: unknown[]) => {
    // The session's cookie is set as the headers are written, and they would not be where the browser has gone.
    if (!res.headersSent) res.writeHead(res.statusCode)
    const what = answerOf(req, res)
    const cookies = [res.getHeader('Set-Cookie') ?? []].flat().map(String)
    const kept = what ? keepAnswer(form, { what, cookies }) : releaseForm(form)
    kept.catch((error: unknown) => {
      req.log.warn(error, 'The answer to a form could not be kept for its repeat')
    })
    return end(...words)
  }) as End
}

// A refusal counts where nobody is signed in: judged anew, the same form would be refused for its captcha, which the first one
// has used up. A member's is judged anew, so that a page of theirs is not there for seconds after a sign-out.
function answerOf(req: Request, res: Response): FormAnswer['what'] | undefined {
  const location = res.get('Location')
  const { statusCode: status } = res
  const { sentPage: page } = res.locals
  if (status < 400 && location !== undefined) return { location }
  const isKept = status === 200 || (status === 422 && !req.user)
  return isKept && page !== undefined ? { page, status } : undefined
}
