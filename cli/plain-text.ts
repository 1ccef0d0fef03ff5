// Texts of people on the terminal of an operator: a name or a browser's own words must not move the cursor or turn the writing around.
import stringWidth from 'string-width'

/** The text with every character that shows nothing by itself (controls, formats, line ends) spelt out, as in \u{1b}. */
export function plain(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** The value as JSON on one line, in which the same characters are escaped. What is not known is null. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => one ?? null).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (one) =>
      one
        .split('')
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join(''),
  )
}

/** The text with spaces after it up to this width. Chinese characters, and the like, are two columns wide on a terminal. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}
