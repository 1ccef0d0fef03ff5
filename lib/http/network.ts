// Which network a visitor comes from, as far as one person can't change it at will.
import { isIP } from 'node:net'

/**
 * The key under which attempts from an address are counted: an IPv4 address, or the /64 of an IPv6 address.
 * One customer gets a whole /64, or more: counted one by one, its 2^64 addresses would be as many fresh starts.
 * What is no address at all is counted together, so that garbage is no fresh start either.
 */
export function networkOf(address: string | undefined): string {
  const plain = withoutPortAndZone(address ?? '')
  const version = isIP(plain)
  if (version === 4) {
    return plain
  } else if (version === 6) {
    return networkOfIPv6(plain)
  } else {
    return 'unknown'
  }
}

// Some proxies write the port beside the address; a zone names a network card of this machine.
function withoutPortAndZone(address: string): string {
  const [, inBrackets, ipv4] = /^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(address) ?? []
  return (inBrackets ?? ipv4 ?? address).replace(/%.*$/, '')
}

function networkOfIPv6(address: string): string {
  const groups = groupsOf(address)
  const [high = 0, low = 0] = groups.slice(6)
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    // An IPv4 visitor of a server that listens on IPv6: all of them share one /64.
    return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  } else {
    const prefix = groups.slice(0, 4).map((group) => group.toString(16))
    return `${prefix.join(':')}::/64`
  }
}

// The URL parser writes every spelling of an address in one way: lower case, no IPv4 part, the longest row of zeros as "::".
function groupsOf(address: string): number[] {
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const numbers = (text = '') =>
    text === '' ? [] : text.split(':').map((one) => parseInt(one, 16))
  const [left, right] = [numbers(before), numbers(after)]
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}
