// Where a sign-in may lead: to paths of this site, and nowhere else.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safeNext } from '../../../lib/http/safe-next.ts'

describe('safeNext() keeps a path of this site', () => {
  it.each(['/', '/account', '/home?a=1&b=%20c', '/home#top', '/芝麻', '/a/../b', '/search?q=//x'])(
    '%j',
    (path) => {
      expect(safeNext(path)).toBe(path)
    },
  )
})

describe('safeNext() falls back to the account for', () => {
  it.each([
    undefined,
    '',
    'account',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    '/\u0000',
    '/a\r\nSet-Cookie: a=b',
    'https:',
    'https://evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    '/%2Fevil.example',
    '/%5Cevil.example',
    '/%09/evil.example',
    '/%252Fevil.example',
    '/%25255Cevil.example',
    '/%0d%0aSet-Cookie:a=b',
    '/%',
    '/%ff',
    '/..//evil.example',
    '/.//evil.example',
    '/\u2028/evil.example',
    `/${'a'.repeat(3000)}`,
  ])('%j', (path) => {
    expect(safeNext(path)).toBe('/account')
  })
})

describe('safeNext() with any text', () => {
  it('never leads to another origin, as a browser resolves it (ASVS 3.7.2)', () => {
    const awkward = fc.array(
      fc.constantFrom(
        '/',
        '\\',
        '%2f',
        '%5c',
        '%25',
        '\t',
        '\n',
        ':',
        '@',
        '.',
        '?',
        '#',
        'evil',
        'http',
      ),
    )
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      awkward.map((parts) => parts.join('')),
    )

    fc.assert(
      fc.property(texts, (text) => {
        expect(new URL(safeNext(text), 'http://site.example').origin).toBe('http://site.example')
      }),
      { numRuns: 2000 },
    )
  })
})
