// The same server under its other name on this machine: for a browser that is another site.
import type { Request } from 'express'

const OTHERS: Record<string, string> = { localhost: '127.0.0.1', '127.0.0.1': 'localhost' }

/** The origin of this very server under its other loopback name; undefined for a visitor who came by any other name. */
export function otherOriginOf(req: Request): string | undefined {
  const here = `${req.protocol}://${req.get('Host') ?? ''}`
  const { hostname = '', port = '' } = URL.canParse(here) ? new URL(here) : {}
  const other = OTHERS[hostname]
  return other === undefined ? undefined : new URL(`${req.protocol}://${other}:${port}`).origin
}
