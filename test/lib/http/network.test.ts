// Under which key the attempts from an address are counted.
import { describe, expect, it } from 'vitest'
import { networksOf } from '../../../lib/http/network.ts'

const smallest = (address: string) => networksOf(address)[0]

describe('networksOf', () => {
  it.each([
    ['an IPv4 address', '192.0.2.7', '192.0.2.7'],
    ['an IPv4 address with a port', '192.0.2.7:4711', '192.0.2.7'],
    ['an IPv4 address mapped into IPv6', '::ffff:192.0.2.7', '192.0.2.7'],
    ['the same in hexadecimal', '::FFFF:c000:207', '192.0.2.7'],
    ['the same written out', '0:0:0:0:0:ffff:c000:0207', '192.0.2.7'],
    ['IPv6 loopback', '::1', '0:0:0:0::/64'],
    ['an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['one with zeros left out at the end', '2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['one with zeros left out in the network', '2001:db8::9', '2001:db8:0:0::/64'],
    ['one with an IPv4 part', '2001:db8:1:2::192.0.2.7', '2001:db8:1:2::/64'],
    ['one in capitals and with leading zeros', '2001:0DB8:0001:0002::A', '2001:db8:1:2::/64'],
    ['one in brackets with a port', '[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['one in brackets', '[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['one with a zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('of %s', (_what, address, network) => {
    expect(networksOf(address)[0]).toBe(network)
  })

  it('of an IPv6 address are its /64, /56 and /48', () => {
    expect(networksOf('2001:db8:1:2f3:4::5')).toEqual([
      '2001:db8:1:2f3::/64',
      '2001:db8:1:200::/56',
      '2001:db8:1:0::/48',
    ])
  })

  it('is the same for all addresses of one /64 and another for the next', () => {
    const same = ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'].map(smallest)

    expect(new Set(same).size).toBe(1)
    expect(smallest('2001:db8:1:3::1')).not.toBe(same[0])
  })

  it('is another for two IPv4 visitors of a server that listens on IPv6', () => {
    expect(smallest('::ffff:192.0.2.7')).not.toBe(smallest('::ffff:192.0.2.8'))
  })

  it.each([
    undefined,
    '',
    'unknown',
    'example.com',
    '999.1.1.1',
    ':::',
    '[',
    '{"$gt":""}',
    '1.2.3',
  ])('is one for everything that is no address, such as %j', (address) => {
    expect(networksOf(address)).toEqual(['unknown'])
  })
})
