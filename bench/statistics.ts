// What is made of measured numbers: medians with their range, percentiles, ratios of one round, and slopes.

export type Spread = { median: number; min: number; max: number }

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
  if (below === undefined || above === undefined) {
    throw new Error('Nothing was measured')
  } else {
    return below + (above - below) * (place - Math.floor(place))
  }
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

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
