// GET and POST /account/sessions: every session of the member and every device that is asked for no code, and a button to end each.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { z } from 'zod'
import { deviceOf } from '../../lib/http/device.ts'
import { record } from '../../middleware/log/security-events.ts'
import { signOut } from '../../middleware/session.ts'
import { requestContext } from '../../middleware/session/request-context.ts'
import { endTrust, findTrustedDevices } from '../../models/account/two-factor/trusted-device.ts'
import { endOthers, endSession, findUserSessions } from '../../models/session.ts'

// Either one session by its name in the list, or all but this one.
const id = z.string().regex(/^[0-9a-f]{64}$/)
const choice = z.object({ end: z.union([z.literal('others'), id]) })
// Or one device, by its id in the list, on which a code shall be asked for again.
const trustChoice = z.object({ trust: id })

/** True where all other sessions shall end: it would shut the owner out everywhere else. */
export function isDangerous(req: Request): boolean {
  return choice.safeParse(req.body).data?.end === 'others'
}

export async function show(req: Request, res: Response) {
  const sessions = await findSessions(req)
  res.render('account/sessions', {
    places: sessions.map(withDevice),
    trusted: (await findTrustedDevices(requestContext(req).member.id)).map(withDevice),
  })
}

export async function submit(req: Request, res: Response) {
  const { success, data } = trustChoice.safeParse(req.body)
  if (success) {
    const ended = await endTrust(requestContext(req).member.id, data.trust)
    record(req, ended)
    res.flash(ended.ok ? 'trust-ended' : 'session-gone')
    res.redirect(303, '/account/sessions')
  } else {
    await endSessions(req, res)
  }
}

async function endSessions(req: Request, res: Response) {
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

function withDevice<T extends { agent: string }>(one: T) {
  return { ...one, device: deviceOf(one.agent) }
}

async function findSessions(req: Request) {
  const { member, store, sessionId } = requestContext(req)
  return findUserSessions(store, member.id, sessionId)
}
