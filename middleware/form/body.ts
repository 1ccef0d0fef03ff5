// The body of a form: small, in UTF-8, URL-encoded or JSON; anything else is refused before it is read.
import express, { type Request, type RequestHandler } from 'express'
import createError from 'http-errors'
import { limits } from '../../config/limits.ts'

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'
const MAX_FIELDS = 50
const CHARSET = /(;\s*charset=)"?([\w-]+)"?(?=\s*(?:;|$))/i

/** Read a form's body: 415 for another content type, 413 above 16 KiB or 50 fields, 400 for one that is malformed. */
export function body(): RequestHandler[] {
  return [
    plainCharset,
    refuseOtherTypes,
    express.urlencoded({
      extended: false, // fields are text or lists of text, never objects
      limit: limits.bodyBytes,
      parameterLimit: MAX_FIELDS,
      verify: (_req, _res, bytes) => refuseMalformed(() => decodeURIComponent(decodeUtf8(bytes))),
    }),
    express.json({
      type: JSON_TYPE,
      limit: limits.bodyBytes,
      verify: (_req, _res, bytes, charset) => {
        if (charset !== 'utf-8') throw createError(415)
        refuseMalformed(() => decodeUtf8(bytes))
      },
    }),
    takeFields,
  ]
}

// "utf8" and other names of UTF-8 (https://encoding.spec.whatwg.org/#names-and-labels), which the parsers don't know.
const plainCharset: RequestHandler = function plainCharset(req, _res, next) {
  const type = req.headers['content-type']
  const [all = '', start = '', label = ''] = CHARSET.exec(type ?? '') ?? []
  if (type !== undefined && isUtf8(label)) {
    req.headers['content-type'] = type.replace(all, `${start}utf-8`)
  }
  next()
}

const refuseOtherTypes: RequestHandler = function refuseOtherTypes(req, _res, next) {
  if (hasBody(req) && !req.is([FORM, JSON_TYPE])) {
    next(createError(415))
  } else {
    next()
  }
}

// JSON has to be fields as a form's are: one object, and without a prototype, as the other parser gives it:
// a field called "__proto__" or "constructor" is then one that no schema reads.
const takeFields: RequestHandler = function takeFields(req, _res, next) {
  if (!hasBody(req) || !req.is(JSON_TYPE)) {
    next()
  } else if (Array.isArray(req.body)) {
    next(createError(400, 'The body is a list'))
  } else if (Object.keys(req.body as object).length > MAX_FIELDS) {
    next(createError(413, 'Too many fields'))
  } else {
    req.body = Object.assign(Object.create(null) as object, req.body as object)
    next()
  }
}

// An empty body is no body: it needs no content type.
function hasBody(req: Request): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length']) > 0
}

// Wrong percent signs and bytes that are no UTF-8 would otherwise be replaced silently: a password would not be the one typed.
function refuseMalformed(decode: () => unknown): void {
  try {
    decode()
  } catch {
    throw createError(400, 'The body is malformed')
  }
}

function isUtf8(label: string): boolean {
  try {
    return label !== '' && new TextDecoder(label).encoding === 'utf-8'
  } catch {
    return false // a name of no encoding
  }
}

function decodeUtf8(bytes: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}
