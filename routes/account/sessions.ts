// GET and POST /account/sessions: every session of the member, and a button to end each.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { z } from 'zod'
import { deviceOf } from '../../lib/http/device.ts'
import { record } from '../../middleware/log/security-events.ts'
import { signOut } from '../../middleware/session.ts'
import { requestContext } from '../../middleware/session/request-context.ts'
import { endOthers, endSession, findUserSessions } from '../../models/session.ts'

// Either one session by its name in the list, or all but this one.
const choice = z.object({ end: z.union([z.literal('others'), z.string().regex(/^[0-9a-f]{64}$/)]) })

export async function show(req: Request, res: Response) {
  const sessions = await findSessions(req)
  res.render('account/sessions', {
    places: sessions.map((session) => ({ ...session, device: deviceOf(session.agent) })),
  })
}

export async function submit(req: Request, res: Response) {
  const { success, data } = choice.safeParse(req.body)
  if (!success) throw createError(422)
  const isThisOne = (await findSessions(req)).some((one) => one.isThisOne && one.id === data.end)
  if (isThisOne) {
    record(req, { events: [{ event: 'sign-out' }] })
    await signOut(req)
    res.flash('signed-out')
    res.redirect(303, '/login')
  } else {
    res.flash(await endChosen(req, data.end))
    res.redirect(303, '/account/sessions')
  }
}

async function endChosen(req: Request, end: string) {
  const { member, store, sessionId } = requestContext(req)
  if (end === 'others') {
    record(req, await endOthers(store, member.id, sessionId))
    return 'others-ended'
  } else {
    const ended = await endSession(store, member.id, end)
    record(req, ended)
    return ended.ok ? 'session-ended' : 'session-gone'
  }
}

async function findSessions(req: Request) {
  const { member, store, sessionId } = requestContext(req)
  return findUserSessions(store, member.id, sessionId)
}
