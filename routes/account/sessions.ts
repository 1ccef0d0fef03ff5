// GET and POST /account/sessions: every place where the person is signed in, and a button to end each.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { z } from 'zod'
import { deviceOf } from '../../lib/http/device.ts'
import { logEvent } from '../../middleware/log/security-events.ts'
import { signOut, storeOf } from '../../middleware/session.ts'
import { endOtherSessions, endSession, findUserSessions } from '../../models/session.ts'

// Either one session by its name in the list, or all but this one.
const choice = z.object({ end: z.union([z.literal('others'), z.string().regex(/^[0-9a-f]{64}$/)]) })

export async function show(req: Request, res: Response) {
  const places = await findUserSessions(storeOf(req), memberOf(req), req.sessionID)
  res.render('account/sessions', {
    places: places.map((place) => ({ ...place, device: deviceOf(place.agent) })),
  })
}

export async function submit(req: Request, res: Response) {
  const { success, data } = choice.safeParse(req.body)
  if (!success) throw createError(422)
  const ended = await endPlaces(req, data.end)
  if (ended === 'this one') {
    logEvent(req, 'sign-out')
    await signOut(req)
    res.flash('signed-out')
    res.redirect(303, '/login')
  } else {
    res.flash(ended)
    res.redirect(303, '/account/sessions')
  }
}

async function endPlaces(req: Request, end: string) {
  const store = storeOf(req)
  const places = await findUserSessions(store, memberOf(req), req.sessionID)
  if (end === 'others') {
    const count = await endOtherSessions(store, memberOf(req), req.sessionID, 'elsewhere')
    logEvent(req, 'session-ended', { by: 'owner', count })
    return 'others-ended'
  } else if (places.some(({ id, isThisOne }) => isThisOne && id === end)) {
    return 'this one'
  } else {
    // The owner is part of the question: nobody ends a session of somebody else, whatever the form says.
    const found = await endSession(store, memberOf(req), end, 'elsewhere')
    if (found) logEvent(req, 'session-ended', { by: 'owner', ended: end })
    return found ? 'session-ended' : 'session-gone'
  }
}

function memberOf(req: Request): string {
  return req.user?.id ?? ''
}
