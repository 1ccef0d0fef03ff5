// The captcha's text, its picture and the comparison of an answer.
import { describe, expect, it } from 'vitest'
import { limits } from '../../config/limits.ts'
import { chooseCaptchaText, drawCaptcha, isCaptchaAnswer } from '../../lib/captcha.ts'

describe('chooseCaptchaText()', () => {
  it('uses no character that looks like another', () => {
    const texts = Array.from({ length: 2000 }, chooseCaptchaText)

    expect(texts.every((text) => text.length === limits.captchaLength)).toBe(true)
    expect(texts.join('')).not.toMatch(/[O0QDI1LJ2Z5S8B6GUV]/)
  })

  it('repeats itself as seldom as chance does', () => {
    const texts = Array.from({ length: 1000 }, chooseCaptchaText)

    expect(new Set(texts).size).toBeGreaterThan(980)
  })
})

describe('drawCaptcha()', () => {
  it('draws a picture that holds neither its text nor anything to run', () => {
    const svg = drawCaptcha('HKMNP')

    expect(svg).toMatch(/^<svg [^>]*viewBox=/)
    expect(svg).not.toMatch(/HKMNP|<script|<text|style=/)
  })
})

describe('isCaptchaAnswer()', () => {
  it.each(['HKMNP', 'hkmnp', '  HkMnP ', 'ＨＫＭＮＰ'])('accepts %j', (answer) => {
    expect(isCaptchaAnswer(answer, 'HKMNP')).toBe(true)
  })

  it.each(['', ' ', 'HKMN', 'HKMNPP', 'H KMNP', 'undefined'])('refuses %j', (answer) => {
    expect(isCaptchaAnswer(answer, 'HKMNP')).toBe(false)
  })

  it.each(['', ' ', 'undefined'])('refuses %j where there is no captcha', (answer) => {
    expect(isCaptchaAnswer(answer, undefined)).toBe(false)
  })
})
