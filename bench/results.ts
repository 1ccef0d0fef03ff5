// What a case hands back: the figures it measured, and which targets they reach.
import type { Spread } from './statistics.ts'

/** One measured quantity: of which contender or page, what, in which unit, and at which size where that is the question. */
export type Figure = Spread & { of: string; what: string; unit: string; at?: number }

export type Target = {
  what: string
  value: number
  limit: number
  sense: 'at least' | 'at most'
  isMet: boolean
}

export type CaseResult = { figures: Figure[]; targets: Target[]; measuredAt: string }

/** A target that is met by reaching the limit. */
export function atLeast(limit: number, what: string, value: number): Target {
  return { what, value: rounded(value), limit, sense: 'at least', isMet: value >= limit }
}

/** A target that is met by staying below the limit. */
export function atMost(limit: number, what: string, value: number): Target {
  return { what, value: rounded(value), limit, sense: 'at most', isMet: value <= limit }
}

/** A figure, rounded to what is worth keeping. */
export function figure(
  of: string,
  what: string,
  unit: string,
  { median, min, max }: Spread,
  at?: number,
): Figure {
  const spread = { median: rounded(median), min: rounded(min), max: rounded(max) }
  return { of, what, unit, ...spread, ...(at === undefined ? {} : { at }) }
}

/** The result of a case that ends now. */
export function resultOf(figures: Figure[], targets: Target[]): CaseResult {
  return { measuredAt: new Date().toISOString(), figures, targets }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
