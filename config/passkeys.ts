// Whether this site can have passkeys, and for which name they are made: that of BASE_URL.
import { isIP } from 'node:net'
import type { Settings } from './env.ts'

/** What passkeys are made for (in WebAuthn the relying party): a domain, and the one origin from which they are used. */
export type PasskeySite = { id: string; origin: string }

/**
 * The name that passkeys of this site are made for; undefined where browsers refuse them: without a domain, and over plain
 * HTTP, unless it is localhost. Never from the request: a passkey that was used on a look-alike site must open nothing here.
 */
export function passkeySiteOf({ baseUrl }: Pick<Settings, 'baseUrl'>): PasskeySite | undefined {
  const { protocol, hostname, origin } = new URL(baseUrl)
  const isAddress = isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  return !isAddress && (protocol === 'https:' || isLocal) ? { id: hostname, origin } : undefined
}
