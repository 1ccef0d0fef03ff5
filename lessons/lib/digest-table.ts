// The md5 of every common password, made once: what a thief brings along, so that one look is enough for each stolen digest.
import md5 from 'md5'
import { commonPasswords } from '../../lib/password/common.ts'

export type DigestTable = {
  /** The place of a digest's password in the list, the most common first; undefined if it is not there. */
  placeOf: (digest: string) => number | undefined
  /** How many passwords the list holds. */
  size: number
  /** Milliseconds that it took to make the digests of them all. */
  milliseconds: number
}

let table: DigestTable | undefined

/** The table, made when it is first asked for: that takes a tenth of a second. */
export function digestTable(): DigestTable {
  table ??= makeTable()
  return table
}

function makeTable(): DigestTable {
  const begin = performance.now()
  const places = new Map<string, number>()
  for (const password of commonPasswords()) places.set(md5(password), places.size + 1)
  const milliseconds = performance.now() - begin
  return { placeOf: (digest) => places.get(digest), size: places.size, milliseconds }
}
