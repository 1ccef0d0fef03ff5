// GET and POST /confirm: a member shows once more who they are, and goes on to what asked for it.
import type { Request, Response } from 'express'
import { z } from 'zod'
import { readForm } from '../lib/form.ts'
import { safeNext } from '../lib/http/safe-next.ts'
import { renderRefusal } from '../middleware/form.ts'
import { record } from '../middleware/log/security-events.ts'
import { renewSession } from '../middleware/session.ts'
import { requestContext } from '../middleware/session/request-context.ts'
import { confirmIdentity, findWays, proofForms, type Way } from '../models/account/confirmation.ts'

const FILE = '/account/export'

const destination = z.object({ next: z.string().optional().catch(undefined) })
const wanted = z.object({ with: z.string().optional().catch(undefined) })

export async function show(req: Request, res: Response) {
  const ways = await findWays(requestContext(req).member.id)
  const way = ways.find((one) => one === wanted.parse(req.query).with) ?? 'current'
  res.render('confirm', { way, ways, next: nextOf(req) })
}

export async function submit(req: Request, res: Response) {
  const context = requestContext(req)
  const way = wayOf(req)
  const form = readForm(req.body, proofForms[way])
  const result = form.ok ? await confirmIdentity(form.value, context) : form
  if (result.ok) {
    req.session.confirmedAt = new Date()
    // A new id, as at every sign-in (ASVS 7.2.4): whoever had come to know the old one must not be taken for somebody who has
    // just confirmed who they are. A password that was changed meanwhile ends the session.
    await renewSession(req, result.value)
    record(req, result)
    goOn(res, nextOf(req))
  } else {
    const ways = await findWays(context.member.id)
    renderRefusal(req, res, 'confirm', result, { way, ways, next: nextOf(req) })
  }
}

// A file would leave this page where it is, and who wants it would not know what to do: its link is pressed once more.
function goOn(res: Response, next: string) {
  if (next === FILE) res.flash('confirmed')
  res.redirect(303, next === FILE ? '/account' : next)
}

function wayOf(req: Request): Way {
  const body = (req.body ?? {}) as object
  const ways = Object.keys(proofForms) as Way[]
  return ways.find((way) => way in body) ?? 'current'
}

function nextOf(req: Request): string {
  return safeNext(destination.parse(req.body ?? {}).next ?? destination.parse(req.query).next)
}
