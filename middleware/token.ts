// The token in the address of a page that a mail's link leads to.
import type { Request } from 'express'
import { z } from 'zod'

const params = z.object({ token: z.string() })

/** The token of this page's address, as it was sent: whether it counts is for models/token.ts to say. */
export function tokenOf(req: Request): string {
  return params.parse(req.params).token
}
