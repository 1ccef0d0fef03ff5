// By which host the site may be addressed: its own, and while developing this machine's own names.
import type { Request, RequestHandler } from 'express'
import createError from 'http-errors'
import type { Settings } from '../../config/env.ts'
import { isLoopbackHost } from '../../lib/http/loopback.ts'

// Letters, digits, dots, dashes and a port, or IPv6 in brackets: nothing that a URL would take for a name or a path.
const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d*)?$/i

/**
 * Send whoever addresses the site by another host to these handlers. A page of another site whose name is made to lead
 * here (DNS rebinding) is for the browser of the same origin, and could read and send everything; but it comes with that
 * name as its Host. The site's own clients, which come by an address of this machine, are known otherwise.
 */
export function otherHosts(
  settings: Settings,
  isOwnClient: (req: Request) => boolean,
  handlers: RequestHandler,
): RequestHandler {
  const isOurs = hostsOf(settings)
  return function takeAsideOtherHosts(req, res, next) {
    if (isOurs(req.headers.host ?? '') || isOwnClient(req)) {
      next()
    } else {
      handlers(req, res, next)
    }
  }
}

/** Refuse with 421 what is addressed to another host (RFC 9110, 15.5.20). */
export const refuseMisdirected: RequestHandler = function refuseMisdirected() {
  throw createError(421, 'The request is addressed to another host')
}

/** The name of a host, as a URL writes it and without a dot at its end, and its port; undefined if it is none. */
export function parseHost(host: string): { name: string; port: string } | undefined {
  if (HOST.test(host) && URL.canParse(`http://${host}`)) {
    const [, port = ''] = /:(\d+)$/.exec(host) ?? []
    return { name: new URL(`http://${host}`).hostname.replace(/\.$/, ''), port }
  } else {
    return undefined
  }
}

function hostsOf({ baseUrl, production }: Settings): (host: string) => boolean {
  const { host: own, hostname, port, protocol } = new URL(baseUrl)
  const ownName = hostname.replace(/\.$/, '')
  // Without a port too, as many proxies pass the header on: who answers for the name does so on all of its ports.
  const ownPorts = ['', port || (protocol === 'https:' ? '443' : '80')]
  return (host) => {
    if (host === own) {
      return true // almost every request: nothing has to be parsed
    } else {
      const { name = '', port = '' } = parseHost(host) ?? {}
      return (name === ownName && ownPorts.includes(port)) || (!production && isLoopbackHost(name))
    }
  }
}
