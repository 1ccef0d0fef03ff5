// The token in the address of a page that is reached by a mailed link.
import type { Request } from 'express'
import { z } from 'zod'

const address = z.object({ token: z.string() })

/** The token as it was sent; whether it counts is the model's question. */
export function tokenOf(req: Request): string {
  return address.parse(req.params).token
}
