// The folding of names against the one of Unicode, letter by letter.
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { foldText } from '../../lib/code-points.ts'

const CHEROKEE = /\p{Script=Cherokee}/u // whose small letters Unicode folds to the capitals; here it is the other way round
const FOLDED = /\p{Changes_When_Casefolded}/u

// As they are: other forms of a letter become that letter before. Beyond the first two planes no script has capitals.
const letters = Array.from({ length: 0x2_0000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((letter) => letter.normalize('NFKC') === letter && letter.trim() === letter)
  .filter((letter) => !/\p{Default_Ignorable_Code_Point}/u.test(letter))

describe('foldText()', () => {
  it('changes those letters that Unicode’s case folding changes, each into one that it takes for the same', () => {
    const wrong = letters.filter((letter) => {
      const folded = foldText(letter)
      const isChanged = folded !== letter
      // Full case folding, which makes several letters of one, is not what the flag "i" does.
      const isSame =
        !isChanged ||
        Array.from(folded).length > 1 ||
        new RegExp(`^\\u{${letter.codePointAt(0)?.toString(16) ?? ''}}$`, 'iu').test(folded)
      return !isSame || (isChanged !== FOLDED.test(letter) && !CHEROKEE.test(letter))
    })

    expect(letters.length).toBeGreaterThan(100_000)
    expect(wrong).toEqual([])
  })

  it.each([
    ['Straße', 'STRASSE'],
    ['ẞ', 'ss'],
    ['ὈΔΥΣΣΕΎΣ', 'ὀδυσσεύς'],
    ['ᾼ', 'ᾳ'],
    ['և', 'եւ'],
    ['ﬃ', 'FFI'],
    ['Ꭰ', 'ꭰ'],
    ['ㅤa\u200db\u034f ', 'Ａ\u202eＢ'],
  ])('takes %s and %s for the same', (one, other) => {
    expect(foldText(one)).toBe(foldText(other))
  })

  it('keeps the dotless i apart from the one with a dot', () => {
    expect(foldText('ISPARTA')).toBe('isparta')
    expect(foldText('ısparta')).toBe('ısparta')
  })

  it('reads no more of a text than a name can be long: marks without end would take time without end', () => {
    const marks = '\u0316\u0301'.repeat(4000)
    const normalize = vi.spyOn(String.prototype, 'normalize')

    foldText(`a${marks}`)

    const read = normalize.mock.contexts.map((text) => String(text).length)
    normalize.mockRestore()
    expect(Math.max(...read)).toBeLessThanOrEqual(1024)
  })

  it('changes nothing any more where it was applied', () => {
    const codes = fc.array(fc.integer({ min: 0, max: 0x1_ffff }))
    fc.assert(
      fc.property(codes, (some) => {
        const text = String.fromCodePoint(...some)

        expect(foldText(foldText(text))).toBe(foldText(text))
      }),
      { numRuns: 500 },
    )
  })
})
