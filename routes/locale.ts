// POST /locale: the visitor's choice of language, kept in a cookie.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { z } from 'zod'
import { LOCALES } from '../config/i18n.ts'
import { safeNext } from '../lib/http/safe-next.ts'
import { rememberLocale } from '../middleware/locale.ts'

const choice = z.object({
  locale: z.enum([...LOCALES]),
  next: z.string().optional().catch(undefined),
})

/** A language is chosen and nothing is undone, so the button works in a page whose session has ended, too. */
export function isHarmless(): boolean {
  return true
}

export function submit(req: Request, res: Response) {
  const { success, data } = choice.safeParse(req.body)
  if (success) {
    rememberLocale(req, data.locale)
    res.redirect(303, safeNext(data.next, '/home'))
  } else {
    throw createError(422)
  }
}
