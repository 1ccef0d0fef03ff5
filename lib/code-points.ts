// How texts that people type are counted and compared.

import { limits } from '../config/limits.ts'

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu
const PRINTABLE_ASCII = /^[!-~]*$/

// Longer than any name, address or password: the time that normalizing takes grows with the square of the marks on a letter,
// and a whole body of them would keep the processor busy for as long as many requests.
const MAX_LENGTH = 512

/** The number of Unicode code points: an emoji or a rare Chinese character is one, not the two units a string holds it in. */
export function countCodePoints(text: string): number {
  return Array.from(text).length
}

/**
 * A password in NFC, so that é is the same from every keyboard (NIST SP 800-63B-4). One that is too long in either form is left
 * as it is: NFC makes one code point of at most four.
 */
export function composePassword(text: string): string {
  return text.length > 4 * limits.passwordMax ? text : text.normalize('NFC')
}

/**
 * A text without what keyboards and clipboards add to it: width and other forms of a letter (NFKC), invisible characters, space
 * around it. What is beyond 512 characters is cut off.
 */
export function tidyText(text: string): string {
  const begin = text.slice(0, MAX_LENGTH)
  if (PRINTABLE_ASCII.test(begin)) return begin // as most are
  return begin.normalize('NFKC').replace(INVISIBLE, '').normalize('NFKC').trim()
}

/** A tidy text by Unicode case folding: STRASSE is Straße, and all three forms of sigma are one. */
export function foldText(text: string): string {
  const folded = tidyText(text).replace(/[^ı]+/g, foldPart)
  return folded.normalize('NFKC').slice(0, MAX_LENGTH)
}

// JavaScript has no case folding: there and back again is the same, but for two letters. The capital of "ı" is that of "i",
// and a final sigma is written in another way.
function foldPart(part: string): string {
  return part.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ')
}
