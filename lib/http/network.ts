// Which network a visitor comes from, as far as one person can't change it at will.
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * The key under which attempts from an address are counted: an IPv4 address, or the /64 of an IPv6 address.
 * One customer gets a whole /64, or more: counted one by one, its 2^64 addresses would be as many fresh starts.
 * What is no address at all is counted together, so that garbage is no fresh start either.
 */
export function networkOf(address: string | undefined): string {
  const plain = withoutPortAndZone(address ?? '')
  if (isIP(plain) === 0) {
    return 'unknown' // asked of Node.js, for the package also takes "1.2.3" and "0x7f.1"
  } else {
    // IPv4 visitors of a server that listens on IPv6 come as IPv6 addresses, and all of them would share one /64.
    const parsed = ipaddr.process(plain)
    return parsed instanceof ipaddr.IPv6 ? prefixOf(parsed) : parsed.toString()
  }
}

// Some proxies write the port beside the address; a zone names a network card of this machine.
function withoutPortAndZone(address: string): string {
  const [, inBrackets, ipv4] = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(address) ?? []
  return (inBrackets ?? ipv4 ?? address).replace(/%.*$/, '')
}

function prefixOf({ parts }: ipaddr.IPv6): string {
  const groups = parts.slice(0, 4).map((group) => group.toString(16))
  return `${groups.join(':')}::/64`
}
