// What the benchmark makes of numbers: medians, ratios, slopes, verdicts, and charts that are whole.
import { parse } from 'node-html-parser'
import { describe, expect, it } from 'vitest'
import { barChart } from '../../bench/charts.ts'
import { percentile, ratios, slope, spreadOf, target } from '../../bench/statistics.ts'

describe('The statistics', () => {
  it('tell the median with the smallest and the greatest value, in whatever order they came', () => {
    expect(spreadOf([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 })
    expect(spreadOf([4, 2])).toEqual({ median: 3, min: 2, max: 4 })
  })

  it('interpolate a percentile', () => {
    const values = Array.from({ length: 101 }, (_, index) => index)

    expect(percentile(values, 0.99)).toBe(99)
    expect(percentile([10, 20], 0.25)).toBe(12.5)
  })

  it('refuse to make something of nothing', () => {
    expect(() => percentile([], 0.5)).toThrow('Nothing was measured')
    expect(() => ratios([1], [])).toThrow('Rounds are missing')
  })

  it('compare round by round, so that a slow round of both changes nothing', () => {
    expect(ratios([200, 20, 202], [100, 10, 101])).toEqual({ median: 2, min: 2, max: 2 })
  })

  it('find the slope of a line, and none where there is none', () => {
    const line = [1, 2, 3].map((x) => ({ x, y: 5 + 3 * x }))

    expect(slope(line)).toBeCloseTo(3)
    expect(slope(line.map(({ x }) => ({ x, y: 7 })))).toBe(0)
  })
})

describe('A target', () => {
  const isMet = (value: number, sense: 'at least' | 'at most') => target('', value, sense, 2).isMet

  it('is met by reaching its limit', () => {
    expect([isMet(2, 'at least'), isMet(1.99, 'at least')]).toEqual([true, false])
    expect([isMet(2, 'at most'), isMet(2.01, 'at most')]).toEqual([true, false])
  })

  it('is missed by what could not be measured', () => {
    expect([isMet(NaN, 'at least'), isMet(NaN, 'at most')]).toEqual([false, false])
  })
})

describe('A chart', () => {
  it('is well-formed SVG with a row for each bar, its text escaped', async () => {
    const spread = { median: 2, min: 1, max: 3 }
    const bars = ['<ours>', 'a & b'].map((label) => ({ ...spread, label, isOurs: false }))

    const svg = await barChart('1 < 2', bars, 1.5)

    expect(svg).toContain('&lt;ours&gt;')
    expect(svg).toContain('class="limit"')
    expect(parse(svg).querySelectorAll('rect')).toHaveLength(3)
    expect(tagsOf(svg)).toEqual([])
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })
})

// The tags that are left open, or closed without having been opened.
function tagsOf(svg: string): string[] {
  const open: string[] = []
  for (const [, slash, name = '', , alone] of svg.matchAll(/<(\/?)(\w+)((?:\s[^<>]*?)?)(\/?)>/g)) {
    if (slash) {
      if (open.at(-1) === name) open.pop()
      else open.push(`/${name}`)
    } else if (!alone) {
      open.push(name)
    }
  }
  return open
}
