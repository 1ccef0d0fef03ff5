// What a request changed in a stored document, line by line.
import { diffArrays } from 'diff'

export type Line = { sign: '+' | '-' | ' '; text: string }

/** Both documents as lines of JSON: kept (" "), gone ("-") and new ("+"). */
export function difference(before: unknown, after: unknown): Line[] {
  return diffArrays(linesOf(before), linesOf(after)).flatMap(({ value, added, removed }) => {
    const sign = added ? '+' : removed ? '-' : ' '
    return value.map((text) => ({ sign, text }) as const)
  })
}

function linesOf(value: unknown): string[] {
  return value === undefined || value === null ? [] : JSON.stringify(value, null, 2).split('\n')
}
