// GET and POST /account/details: what a member gives in the fields of models/user/fields.ts. Without fields there is no such page.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { readForm } from '../../lib/form.ts'
import { nextOf, renderRefusal } from '../../middleware/form.ts'
import { requestContext } from '../../middleware/session/request-context.ts'
import { changeDetails, detailsForm, findDetails } from '../../models/user/details.ts'
import { describeFields, lacksDetails, typedOf } from '../../models/user/field-values.ts'

export async function show(req: Request, res: Response) {
  const page = await pageOf(req)
  res.locals.typed ??= typedOf(page.details)
  res.render('account/details', page)
}

export async function submit(req: Request, res: Response) {
  const page = await pageOf(req)
  const form = readForm(req.body, detailsForm())
  if (form.ok) {
    await changeDetails(requestContext(req).member.id, form.value)
    res.flash('saved')
    res.redirect(303, nextOf(req))
  } else {
    renderRefusal(req, res, 'account/details', form, { ...page, typed: form.typed })
  }
}

async function pageOf(req: Request) {
  const { userFields } = describeFields()
  if (!userFields) throw createError(404)
  const details = await findDetails(requestContext(req).member.id)
  return { userFields, details, isAsked: lacksDetails(details), next: nextOf(req) }
}
