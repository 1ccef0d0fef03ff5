// A refusal as data: the problem document (RFC 9457) that says in JSON what the page would have said.
import type { Request, Response } from 'express'
import { formatWait, translator, type Translate } from '../../config/i18n.ts'
import { brand } from '../../config/site.ts'
import type { FieldErrors } from '../../lib/form.ts'
import type { Wait } from '../../models/result.ts'
import type { Notice } from './flash.ts'

// The last part of a type. Clients compare it, so a word stays what it is, whatever becomes of the sentences.
const TYPES: Record<string, string> = {
  400: 'malformed',
  403: 'forbidden',
  404: 'not-found',
  405: 'wrong-method',
  413: 'too-large',
  415: 'wrong-content-type',
  421: 'misdirected',
  429: 'throttled',
  500: 'accident',
  503: 'unavailable',
}

/** What a page of a refusal is given to show: the kind of an error page, or what was wrong with a form. */
export type Refused = {
  kind?: string | undefined
  errors?: FieldErrors
  wait?: Wait | undefined
  said?: string | undefined
}

/** Why the guard of a page turned somebody away. */
export type TurnedAway = 'sign-in-first' | 'signed-in' | 'confirmation-needed'

type Explained = { type: string; status?: number; title: string; detail: string }
type Explanation = Explained & { errors?: FieldErrors; wait?: number }

/** The kind of error page that explains a status: the status itself, or what stands for all that have no sentences. */
export function kindOfStatus(status: number): string {
  return String(status) in TYPES ? String(status) : status < 500 ? '400' : '500'
}

/** The problem document of a refused form or an error page; it sets the status of the answer. */
export function problemOf(req: Request, res: Response, refused: Refused): object {
  const t = res.locals.t ?? translator('en')
  const { errors = {}, wait } = refused
  const sentences = Object.entries(errors).map(([field, key]) => [field, t(key)])
  return document(req, res, {
    ...explain(t, res.statusCode, refused),
    ...(sentences.length > 0 ? { errors: Object.fromEntries(sentences) as FieldErrors } : {}),
    ...(wait ? { wait: wait.seconds } : {}),
  })
}

/** The problem document for somebody who may not enter a page, with the reason if their session is over; it sets the status of the answer. */
export function turnedAway(
  req: Request,
  res: Response,
  why: TurnedAway,
  notice: Notice = 'sign-in-first',
): object {
  const t = res.locals.t ?? translator('en')
  const explained = {
    'signed-in': { status: 409, title: t('problem.signed-in'), detail: t('problem.sign-out') },
    'confirmation-needed': { status: 403, title: t('confirm.title'), detail: t('confirm.text') },
    'sign-in-first': { status: 401, title: t('problem.sign-in'), detail: t(`notice.${notice}`) },
  }
  return document(req, res, { type: why, ...explained[why] })
}

function explain(
  t: Translate,
  status: number,
  { kind, errors = {}, wait, said }: Refused,
): Explained {
  const count = Object.keys(errors).length
  const time = wait ? formatWait(t, wait.seconds) : ''
  if (kind === undefined && wait?.isLocked) {
    return { type: 'locked', title: t('problem.locked'), detail: t('errors.locked', { time }) }
  } else if (kind === undefined && wait) {
    const detail = t('errors.throttled', { time })
    return { type: 'throttled', title: t('error.429.title'), detail }
  } else if (kind === undefined && Object.values(errors).includes('errors.credentials')) {
    const detail = t('errors.credentials')
    return { type: 'credentials', status: 401, title: t('problem.credentials'), detail }
  } else if (kind === undefined && count > 0) {
    return { type: 'form', title: t('problem.form'), detail: t('errors.summary', { count }) }
  } else {
    const page = kind ?? kindOfStatus(status)
    const detail = said ?? t(`error.${page}.text`, { time })
    return { type: TYPES[page] ?? page, title: t(`error.${page}.title`), detail }
  }
}

function document(
  req: Request,
  res: Response,
  { type, status, title, detail, ...rest }: Explanation,
) {
  if (status) res.status(status)
  // A 401 has to name a way in (RFC 9110, 15.5.2). No browser knows this one, so none opens a dialog for a password by itself.
  if (status === 401) res.set('WWW-Authenticate', `Cookie realm="${brand.shortName}"`)
  return {
    type: `urn:sesame:problem:${type}`,
    title,
    status: res.statusCode,
    detail,
    instance: nameOf(req.id), // the id in the log, as on the error page
    ...rest,
  }
}

// A proxy may give ids of another form than ours.
function nameOf(requestId: string): string {
  const isUuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(requestId)
  return `${isUuid ? 'urn:uuid' : 'urn:sesame:request'}:${requestId}`
}
