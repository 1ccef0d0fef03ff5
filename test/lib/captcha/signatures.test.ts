// The attack that reads svg-captcha's pictures without looking at them, and what it gets from ours.
import { inflateSync } from 'node:zlib'
import svgCaptcha from 'svg-captcha'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseCaptchaText } from '../../../lib/captcha.ts'
import { sessionOf } from '../../documents.ts'
import { openSite, type Site } from '../../helper.ts'

const ALPHABET = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')
const PICTURES = 60

const draw = svgCaptcha as unknown as (text: string, options?: object) => string

/** A letter by the sequence of its path commands: all that the stock library randomises are coordinates. */
const dictionary = new Map(
  ALPHABET.flatMap((letter) =>
    glyphsIn(draw(letter, { noise: 0 })).map(({ key }) => [key, letter]),
  ),
)

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'on' })
})
afterAll(() => site.close())

describe('A dictionary of the path commands of each letter', () => {
  it('tells apart all letters of the font but one pair', () => {
    expect(dictionary.size).toBe(ALPHABET.length - 1)
  })

  it('reads more than 95 % of the stock pictures', () => {
    const stock = Array.from({ length: PICTURES }, () => svgCaptcha.create({ size: 5, noise: 2 }))
    const own = Array.from({ length: PICTURES }, chooseCaptchaText).map((text) => ({
      text,
      data: draw(text, { noise: 2, color: true, background: '#ffffff' }),
    }))

    for (const pictures of [stock, own]) {
      const guesses = pictures.map(({ text, data }) => ({ text, guess: read(data) }))
      expect(score(guesses)).toBeGreaterThan(0.95)
    }
  })

  it('reads less than 5 % of what GET /captcha sends', async () => {
    const visitor = site.visitor()
    const guesses: Guess[] = []

    for (let turn = 0; turn < PICTURES; turn++) {
      const { body } = (await visitor.get('/captcha')) as { body: Buffer }
      const text = (await sessionOf(site, visitor))?.session.captcha?.answers[0] ?? ''
      expect(text).toHaveLength(5)
      guesses.push({ text, guess: textsIn(body).map(read).join('') })
    }

    expect(score(guesses)).toBeLessThan(0.05)
  })

  it('would read a picture hidden in the chunks of a PNG too', () => {
    const { text, data } = svgCaptcha.create({ size: 5, ignoreChars: 'Il' })
    const chunk = Buffer.concat([Buffer.from('\0\0\0\0IDAT'), Buffer.from(data), Buffer.alloc(4)])
    chunk.writeUInt32BE(data.length)
    const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk])

    expect(textsIn(png).map(read)).toContain(text)
  })
})

type Guess = { text: string; guess: string }

/** The share of all letters that were read, each in its place. */
function score(guesses: Guess[]): number {
  const right = guesses.flatMap(({ text, guess }) =>
    Array.from(text, (letter, place) => guess[place] === letter),
  )
  return right.filter(Boolean).length / right.length
}

function read(markup: string): string {
  return glyphsIn(markup)
    .sort((one, other) => one.x - other.x)
    .map(({ key }) => dictionary.get(key) ?? '?')
    .join('')
}

// Lines of noise are strokes without a filling; the document's order is shuffled, the place of the first point is not.
function glyphsIn(markup: string): { key: string; x: number }[] {
  return [...markup.matchAll(/<path\b[^>]*>/g)]
    .map(([element]) => element)
    .filter((element) => !element.includes('fill="none"'))
    .map((element) => / d="([^"]*)"/.exec(element)?.[1] ?? '')
    .map((d) => ({ key: d.replace(/[^a-z]/gi, ''), x: Number(/^M(-?[\d.]+)/.exec(d)?.[1]) }))
}

/** Whatever of a file may be text: the file as it is, each chunk of a PNG, and each chunk inflated. */
function textsIn(file: Buffer): string[] {
  const chunks: Buffer[] = []
  for (let at = 8; at + 8 <= file.length; at += file.readUInt32BE(at) + 12) {
    chunks.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)))
  }
  const data = Buffer.concat(chunks)
  const inflated = [...chunks, data].map(inflate)
  return [file, ...chunks, ...inflated].map((bytes) => bytes.toString('latin1'))
}

function inflate(bytes: Buffer): Buffer {
  try {
    return inflateSync(bytes)
  } catch {
    return Buffer.alloc(0)
  }
}
