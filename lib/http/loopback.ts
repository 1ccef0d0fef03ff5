// What leads to this machine and to no other: its loopback addresses, and the names for them.
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** True for the addresses 127.0.0.0/8 and ::1, also where IPv4 is written as IPv6 (::ffff:127.0.0.1). */
export function isLoopbackAddress(address = ''): boolean {
  return isIP(address) !== 0 && ipaddr.process(address).range() === 'loopback'
}

/** True for a host that is this machine wherever its name is looked up: localhost, names below it, and loopback addresses. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  const address = name.replace(/^\[(.*)\]$/, '$1') // IPv6 stands in brackets where a port may follow
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(address)
}
