// The verbs of an answer in JSON: the data that a page shows, what a form led to, or the problem document of a refusal.
import type { Request, Response } from 'express'
import { formatTime, translator } from '../../config/i18n.ts'
import { refreshUser } from '../session/current-user.ts'
import { takeFailures } from './failed-attempts.ts'
import type { Notice } from './flash.ts'
import { problemOf, turnedAway } from './problem.ts'

type RenderDone = (error: Error, text: string) => void
type Redirect = (...words: (number | string)[]) => void

/** Make the verbs of this answer speak JSON. A redirect of a GET stays one: the page that it leads to speaks for itself. */
export function speakJson(req: Request, res: Response): void {
  const redirect = res.redirect.bind(res) as Redirect
  const flash = res.flash.bind(res)
  const isReading = ['GET', 'HEAD'].includes(req.method)
  let notice: Notice | undefined

  res.flash = (next) => {
    notice = next
  }
  res.render = (view: string, values: object = {}, done?: RenderDone) => {
    const isRefusal = res.statusCode >= 400
    try {
      const data = isRefusal
        ? problemOf(req, res, view === 'error' ? values : { ...values, kind: undefined })
        : dataOf(req, res, values, notice ?? res.locals.takeNotice?.())
      send(res, data, isRefusal)
    } catch (failure) {
      if (done) done(failure as Error, '')
      else throw failure
    }
  }
  res.redirect = (...words: (number | string)[]) => {
    if (isReading) {
      if (notice) flash(notice)
      redirect(...words)
    } else {
      // What was done may have changed who is signed in, and the token is bound to that.
      refreshUser(req)
      res.status(res.statusCode === 201 ? 201 : 200).set('Cache-Control', 'no-store')
      // The notice is in this answer, and not once more on a later page.
      send(res, dataOf(req, res, { next: words.at(-1) }, notice))
    }
  }
  res.turnAway = (why, to, reason) => {
    if (why === 'signed-in' && isReading) {
      redirect(303, to)
    } else {
      send(res, turnedAway(req, res, why, reason), true)
    }
  }
  res.picture = (png, expiresIn) => {
    send(res, { image: `data:image/png;base64,${png.toString('base64')}`, expiresIn })
  }
}

function send(res: Response, data: object, isProblem = false): void {
  const text = JSON.stringify(data)
  res.type(isProblem ? 'application/problem+json' : 'application/json').send(text)
}

// A page's values with what its frame shows. That comes last, so that no value of a page passes for it.
function dataOf(req: Request, res: Response, values: object, notice?: Notice): object {
  const { locale = 'en', t = translator('en'), csrfToken } = res.locals
  const { username, email, signedInAt, idlesOutAt } = req.user ?? {}
  const failures = takeFailures(req)
  return {
    ...values,
    user: req.user ? { username, email, signedInAt, idlesOutAt } : null,
    csrfToken: csrfToken?.(),
    notice: notice && { code: notice, message: t(`notice.${notice}`) },
    failures: failures && {
      code: 'failed-sign-ins',
      message: t('failures.text', { ...failures, time: formatTime(locale, failures.last) }),
      ...failures,
    },
  }
}
