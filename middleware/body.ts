// The body of a form: small, URL-encoded, in UTF-8; anything else is refused before it is read.
import express, { type Request, type RequestHandler } from 'express'
import createError from 'http-errors'
import { limits } from '../config/limits.ts'

const FORM = 'application/x-www-form-urlencoded'
const MOST_FIELDS = 50

/** Read a form's body: 415 for another content type, 413 above 16 KiB, 400 for one that is malformed. */
export function body(): RequestHandler[] {
  return [
    refuseOtherTypes,
    express.urlencoded({
      extended: false, // fields are text or lists of text, never objects
      limit: limits.bodyBytes,
      parameterLimit: MOST_FIELDS,
      verify: (_req, _res, bytes) => {
        refuseMalformed(bytes)
      },
    }),
  ]
}

const refuseOtherTypes: RequestHandler = function refuseOtherTypes(req, _res, next) {
  if (hasBody(req) && !req.is(FORM)) {
    next(createError(415))
  } else {
    next()
  }
}

// An empty body is no body: it needs no content type.
function hasBody(req: Request): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length']) > 0
}

// Wrong percent signs and bytes that are no UTF-8 would otherwise be replaced silently: a password would not be the one typed.
function refuseMalformed(bytes: Buffer): void {
  try {
    decodeURIComponent(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw createError(400, 'The body is malformed')
  }
}
