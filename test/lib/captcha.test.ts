// The captcha's text, its picture and the comparison of an answer.
import { describe, expect, it } from 'vitest'
import { limits } from '../../config/limits.ts'
import { drawCaptcha } from '../../lib/captcha/picture.ts'
import { chooseCaptchaText, isCaptchaAnswer } from '../../lib/captcha.ts'

const TWELVE_KILOBYTES = 12_000

describe('chooseCaptchaText()', () => {
  it('uses no character that looks like another', () => {
    const texts = Array.from({ length: 2000 }, chooseCaptchaText)

    expect(texts.every((text) => text.length === limits.captchaLength)).toBe(true)
    expect(texts.join('')).not.toMatch(/[O0QDI1LJ2Z5S8B6GUVMW]/)
  })

  it('repeats itself as seldom as chance does', () => {
    const texts = Array.from({ length: 1000 }, chooseCaptchaText)

    expect(new Set(texts).size).toBeGreaterThan(980)
  })
})

describe('drawCaptcha()', () => {
  it('draws pixels, with nothing beside them', () => {
    const picture = drawCaptcha('HKMNP')

    const chunks = chunksOf(picture)
    expect(new Set(chunks)).toEqual(new Set(['IHDR', 'IDAT', 'IEND']))
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([240, 84])
    expect(picture.toString('latin1')).not.toContain('HKMNP')
  })

  it('is always small', () => {
    const widest = ['MWMWM', 'WWWWW', 'MMMMM', 'RRRRR', 'KRWMH', 'EEEEE']
    const texts = Array.from({ length: 150 }, chooseCaptchaText)

    const sizes = [...widest, ...widest, ...texts].map((text) => drawCaptcha(text).length)

    expect(Math.max(...sizes)).toBeLessThan(TWELVE_KILOBYTES)
  })

  it('draws one text never twice the same way', () => {
    const pictures = Array.from({ length: 50 }, () => drawCaptcha('HKMNP').toString('base64'))

    expect(new Set(pictures).size).toBe(50)
  })
})

describe('isCaptchaAnswer()', () => {
  it.each(['HKMNP', 'hkmnp', '  HkMnP ', 'ＨＫＭＮＰ', 'other'])('accepts %j', (answer) => {
    expect(isCaptchaAnswer(answer, ['HKMNP', 'other'])).toBe(true)
  })

  it.each(['', ' ', 'HKMN', 'HKMNPP', 'H KMNP', 'undefined', 'HKMNP,other'])(
    'refuses %j',
    (answer) => {
      expect(isCaptchaAnswer(answer, ['HKMNP', 'other', ''])).toBe(false)
    },
  )

  it.each(['', ' ', 'undefined'])('refuses %j where there is no captcha', (answer) => {
    expect(isCaptchaAnswer(answer, undefined)).toBe(false)
    expect(isCaptchaAnswer(answer, [])).toBe(false)
  })
})

/** The names of a PNG's chunks. */
function chunksOf(png: Buffer): string[] {
  const names: string[] = []
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    names.push(png.toString('latin1', at + 4, at + 8))
  }
  return names
}
