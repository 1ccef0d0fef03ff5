// Whether a request comes from somebody who sits at this machine.
import type { Request } from 'express'
import { isLoopbackAddress, isLoopbackHost } from '../../lib/http/loopback.ts'
import { parseHost } from './host.ts'

// What proxies and tunnels add to a request that they pass on.
const FORWARDING =
  /^(?:forwarded|via|x-(?:original-)?forwarded.*|(?:.*-)?(?:real|client|connecting)-ip(?:v6)?)$/

/**
 * True for a request of this machine itself: by the connection's own address, never by `req.ip`, which a header may choose;
 * with no trace of a proxy, behind which anybody may be; and by a name of this machine, because a tunnel that knows no HTTP
 * leaves no other trace.
 */
export function isLocal(req: Request): boolean {
  return (
    isLoopbackAddress(req.socket.remoteAddress) &&
    !Object.keys(req.headers).some((name) => FORWARDING.test(name)) &&
    isLoopbackHost(parseHost(req.headers.host ?? '')?.name ?? '')
  )
}
