// How long a text is as people count it for names and passwords.

/** The number of Unicode code points: an emoji or a rare Chinese character is one, not the two units a string holds it in. */
export function countCodePoints(text: string): number {
  return Array.from(text).length
}
