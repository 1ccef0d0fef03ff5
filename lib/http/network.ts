// Which network a visitor comes from, as far as one person can't change it at will.
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

const PREFIXES = [64, 56, 48] // bits: what providers give to one customer (RFC 6177)

/**
 * The networks under which attempts from an address are counted, the smallest first: an IPv4 address, or the /64, the /56 and
 * the /48 of an IPv6 address. A customer may get any of these: counted one by one, the addresses of a /64, or the 65,536
 * networks of a /48, would be as many fresh starts.
 * What is no address at all is counted together, so that garbage is no fresh start either.
 */
export function networksOf(address: string | undefined): string[] {
  const plain = withoutPortAndZone(address ?? '')
  if (isIP(plain) === 0) {
    return ['unknown'] // asked of Node.js, for the package also takes "1.2.3" and "0x7f.1"
  } else {
    // IPv4 visitors of a server that listens on IPv6 come as IPv6 addresses, and all of them would share one /64.
    const parsed = ipaddr.process(plain)
    return parsed instanceof ipaddr.IPv6
      ? PREFIXES.map((bits) => prefixOf(parsed, bits))
      : [parsed.toString()]
  }
}

// Some proxies write the port beside the address; a zone names a network card of this machine.
function withoutPortAndZone(address: string): string {
  const [, inBrackets, ipv4] = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(address) ?? []
  return (inBrackets ?? ipv4 ?? address).replace(/%.*$/, '')
}

function prefixOf(address: ipaddr.IPv6, bits: number): string {
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.toNormalizedString()}/${bits}`)
  return `${network.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/${bits}`
}
