// One key for all spellings of a name or an address, whoever writes it: a keyboard, a browser or a mail server.
import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEmail } from '../../../models/user/email.ts'
import { nameKey } from '../../../models/user/name-key.ts'

const local = fc.stringMatching(/^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,20}$/)
const label = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/),
  fc.constantFrom('münchen', 'straße', '例子', 'пример', 'παράδειγμα', 'उदाहरण'),
)
const address = fc
  .tuple(local, label, fc.constantFrom('example', 'de', '中国', 'рф'))
  .map(([name, ...domain]) => `${name}@${domain.join('.')}`)
const wide = (text: string) =>
  text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))
const encoded = (text: string) => text.replace(/[^@]+$/, domainToASCII)

describe('nameKey()', () => {
  it('is the same for every spelling of an address, and is one itself', () => {
    fc.assert(
      fc.property(address, (typed) => {
        const key = nameKey(typed)
        const read = readEmail(typed)

        const spellings = [wide(typed), encoded(typed), typed.toUpperCase(), ` ${typed}\u200b`]
        // The capital form of "ß" is another name in a domain, as it is for a browser.
        const same = typed.includes('ß') ? spellings.toSpliced(2, 1) : spellings
        expect(read?.key).toBe(key)
        for (const one of [...same, key, read?.address ?? '']) expect(nameKey(one)).toBe(key)
        expect(key).toMatch(/^[!-~]+$/)
      }),
      { numRuns: 300 },
    )
  })

  it('takes any text, and its own result for the same', () => {
    const letter = fc.integer({ min: 0, max: 0x1_ffff }).map((code) => String.fromCodePoint(code))
    const parts = fc.array(fc.oneof(letter, fc.constantFrom('@', '.', 'a', 'xn--')))
    fc.assert(
      fc.property(parts, (texts) => {
        const key = nameKey(texts.join(''))

        expect(nameKey(key)).toBe(key)
      }),
      { numRuns: 300 },
    )
  })

  it.each(['a@1', 'a@0x7f.1', 'a@example.com/x', 'a@ex%61mple.com', 'a@b@example.com'])(
    'takes %s for no address: it is not what a URL would make of it',
    (typed) => {
      expect(readEmail(typed)).toBeUndefined()
      expect(nameKey(typed)).toBe(typed)
    },
  )

  it('shows no label in letters that it does not encode', () => {
    expect(readEmail('a@xn---3xd.com')?.address).toBe('a@xn---3xd.com')
  })
})
