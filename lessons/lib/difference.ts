// What a request changed in a stored document, line by line.

export type Line = { sign: '+' | '-' | ' '; text: string }

/** Both documents as lines of JSON: kept (" "), gone ("-") and new ("+"). */
export function difference(before: unknown, after: unknown): Line[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  const common = longestCommon(old, now)
  const lines: Line[] = []
  let [i, j] = [0, 0]
  for (const [k, l] of [...common, [old.length, now.length] as const]) {
    for (; i < k; i++) lines.push({ sign: '-', text: old[i] ?? '' })
    for (; j < l; j++) lines.push({ sign: '+', text: now[j] ?? '' })
    if (k < old.length) lines.push({ sign: ' ', text: old[k] ?? '' })
    i = k + 1
    j = l + 1
  }
  return lines
}

function linesOf(value: unknown): string[] {
  return value === undefined || value === null ? [] : JSON.stringify(value, null, 2).split('\n')
}

// The pairs of equal lines, in order: the classic table, small here because a session's document is.
function longestCommon(a: string[], b: string[]): (readonly [number, number])[] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  const at = (i: number, j: number) => table[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = table[i] ?? []
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const pairs: (readonly [number, number])[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) pairs.push([i++, j++])
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return pairs
}
