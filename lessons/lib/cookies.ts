// The cookies of a lesson as the browser sent them.
import type { Request } from 'express'
import { sentCookies } from './anatomy.ts'

/** Those cookies of a request that have one of these names, in this order and as they came: cookie-parser keeps to itself what begins with "s:". */
export function cookiesOf(req: Request, names: string[]): Record<string, string> {
  const sent = sentCookies(req.get('Cookie') ?? '', names)
  const found = names.map((one) => sent.find(({ name }) => name === one))
  return Object.fromEntries(
    found.filter((one) => one !== undefined).map(({ name, value }) => [name, value]),
  )
}
