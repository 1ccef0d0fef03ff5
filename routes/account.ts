// GET /account: what the site knows of the member, and how long this session lasts.
import type { Request, Response } from 'express'
import { signOut } from '../middleware/session.ts'
import { describeFields } from '../models/user/field-values.ts'
import { findAccount } from '../models/user.ts'

export async function show(req: Request, res: Response) {
  const account = req.user && (await findAccount(req.user.id))
  if (account) {
    res.render('account', { account, ...describeFields() })
  } else {
    // The account was deleted while its owner was signed in: the session ends with it.
    await signOut(req)
    res.redirect(303, '/login')
  }
}
