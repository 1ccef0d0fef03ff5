// GET /.well-known/security.txt: whom to tell of a hole in the site (RFC 9116). Not there without SECURITY_CONTACT.
import type { Request, Response } from 'express'
import createError from 'http-errors'
import { DAY } from '../../config/time.ts'
import { settingsOf } from '../../middleware/settings.ts'

const COUNTS_FOR = 90 * DAY // the standard asks for less than a year

export function show(req: Request, res: Response) {
  const { securityContact, baseUrl } = settingsOf(req)
  if (securityContact === undefined) throw createError(404)
  const lines = [
    `Contact: ${securityContact}`,
    `Expires: ${new Date(Date.now() + COUNTS_FOR).toISOString()}`,
    'Preferred-Languages: en, zh',
    `Canonical: ${baseUrl}/.well-known/security.txt`,
  ]
  res.type('text/plain').send(`${lines.join('\n')}\n`)
}
