// GET and POST /register: the form of a new account.
import type { Request, Response } from 'express'
import { checkForm } from '../middleware/form.ts'
import { register, registration } from '../models/registration.ts'

export function show(_req: Request, res: Response) {
  res.render('register')
}

export async function submit(req: Request, res: Response) {
  const form = await checkForm(req, registration)
  const result = form.ok ? await register(form.value) : form
  if (result.ok) {
    res.flash('account-created')
    res.redirect(303, '/login')
  } else {
    res.status(422).render('register', { typed: form.typed, errors: result.errors })
  }
}
