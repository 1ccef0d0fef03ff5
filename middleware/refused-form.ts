// A form that was refused is shown again, with what was typed.
import type { Request, Response } from 'express'
import type { Refusal } from '../lib/form.ts'
import type { Throttled } from '../models/sign-in/throttle.ts'
import type { SignInRefusal } from '../models/sign-in.ts'
import { logRefusal } from './log/security-events.ts'

/** Answer 422 with the errors of the fields, or 429 with the time to wait where there were too many attempts. */
export function renderRefusal(
  req: Request,
  res: Response,
  view: string,
  refusal: Refusal & Partial<Throttled & SignInRefusal>,
  values: object,
): void {
  const { errors, wait } = refusal
  logRefusal(req, refusal)
  if (wait) res.set('Retry-After', String(wait.seconds))
  res.status(wait ? 429 : 422).render(view, { ...values, errors, wait })
}
