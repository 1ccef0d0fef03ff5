// What is made of measured numbers: medians with their range, percentiles, ratios of one round, slopes, figures and targets.

export type Spread = { median: number; min: number; max: number }

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

/** The median of some numbers, with the smallest and the greatest of them. */
export function spreadOf(values: number[]): Spread {
  return { median: percentile(values, 0.5), min: Math.min(...values), max: Math.max(...values) }
}

/** The number below which this share (0 to 1) of the values lies, interpolated. Throws where there is none. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)]
  const above = sorted[Math.ceil(place)]
  if (below === undefined || above === undefined) throw new Error('Nothing was measured')
  return below + (above - below) * (place - Math.floor(place))
}

/** Each round's own ratio: what slows the machine down for a while slows both sides of it. */
export function ratios(these: number[], those: number[]): Spread {
  if (these.length !== those.length) throw new Error('Rounds are missing')
  return spreadOf(these.map((value, round) => value / (those[round] ?? NaN)))
}

/** By how much y grows with each x, by least squares. */
export function slope(points: { x: number; y: number }[]): number {
  const meanX = mean(points.map(({ x }) => x))
  const meanY = mean(points.map(({ y }) => y))
  const across = mean(points.map(({ x }) => (x - meanX) ** 2))
  return mean(points.map(({ x, y }) => (x - meanX) * (y - meanY))) / across
}

/** A target that is met by reaching its limit, or by staying below it. What could not be measured misses it. */
export function target(what: string, value: number, sense: Target['sense'], limit: number): Target {
  const isMet = sense === 'at least' ? value >= limit : value <= limit
  return { what, value: rounded(value), limit, sense, isMet }
}

/** A figure, of all the values that were measured or of a spread made of them, rounded to what is worth keeping. */
export function figure(
  of: string,
  what: string,
  unit: string,
  measured: number[] | Spread,
): Figure {
  const { median, min, max } = Array.isArray(measured) ? spreadOf(measured) : measured
  return { of, what, unit, median: rounded(median), min: rounded(min), max: rounded(max) }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
