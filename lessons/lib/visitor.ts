// Who looks at lessons: an id of its own, so that two browsers side by side see each only its own exchanges.
import { randomBytes } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import { cookieFlags } from '../../config/session.ts'
import { settingsOf } from '../../middleware/settings.ts'

/** The cookie by which somebody who looks at lessons is known again. */
export const VISITOR = 'lesson-visitor'

const TTL = 12 * 60 * 60 * 1000 // milliseconds: a school day
const BYTES = 16

// Signed by nobody: whoever made one up would find nothing under it, and whoever knows another's could see lessons only.
const cookies = z.object({ [VISITOR]: z.string().regex(/^[\w-]{22}$/) })

/** Know the visitor again, or give a new one an id. */
export const lessonVisitor: RequestHandler = function lessonVisitor(req, res, next) {
  const known = cookies.safeParse(req.cookies).data?.[VISITOR]
  req.lessonVisitor = known ?? randomBytes(BYTES).toString('base64url')
  if (known === undefined) {
    const flags = { ...cookieFlags(settingsOf(req)), maxAge: TTL }
    res.cookie(VISITOR, req.lessonVisitor, flags)
  }
  next()
}

/** The id of who looks at this lesson. Throws where the middleware is missing. */
export function visitorOf(req: Request): string {
  if (req.lessonVisitor === undefined) throw new Error('lessonVisitor comes first')
  return req.lessonVisitor
}
