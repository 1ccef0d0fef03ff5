// What the benchmark makes of numbers: medians, ratios, slopes, verdicts, and charts that are whole.
import { parse } from 'node-html-parser'
import { describe, expect, it } from 'vitest'
import { barChart, lineChart } from '../../bench/charts.ts'
import { heaviest } from '../../bench/profile.ts'

import { atLeast, atMost, percentile, ratios, slope, spreadOf } from '../../bench/statistics.ts'

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
  it('is met by reaching its limit', () => {
    expect([atLeast(2, '', 2).isMet, atLeast(2, '', 1.99).isMet]).toEqual([true, false])
    expect([atMost(2, '', 2).isMet, atMost(2, '', 2.01).isMet]).toEqual([true, false])
  })

  it('is missed by what could not be measured', () => {
    expect([atLeast(2, '', NaN).isMet, atMost(2, '', NaN).isMet]).toEqual([false, false])
  })
})

describe('A chart', () => {
  it('of bars is well-formed SVG with a row for each, its text escaped', () => {
    const bars = ['<ours>', 'a & b'].map((label) => ({
      ...{ label, isOurs: false, value: 2, min: 1 },
      max: 3,
    }))

    const svg = barChart('1 < 2', bars)

    expect(svg).toContain('&lt;ours&gt;')
    expect(parse(svg).querySelectorAll('rect')).toHaveLength(3)
    expect(tagsOf(svg)).toEqual([])
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('of lines is well-formed SVG, for one size too', () => {
    const line = { label: 'a', points: [{ x: 1000, y: 1 }] }

    const svg = lineChart('Growth', [line, { label: 'b', points: [] }])

    expect(tagsOf(svg)).toEqual([])
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('A profile', () => {
  it('counts what lies between two moments and leaves out idle time', () => {
    const frame = (functionName: string) => ({ functionName, url: '', lineNumber: 0 })
    const nodes = [
      { id: 1, callFrame: frame('work') },
      { id: 2, callFrame: frame('(idle)') },
      { id: 3, callFrame: frame('rest') },
    ]
    const profile = { startTime: 0, nodes, samples: [3, 1, 2, 3], timeDeltas: [10, 30, 50, 10] }

    expect(heaviest(profile, [{ from: 15, to: 1000 }])).toEqual([
      ['work', '75.0 %'],
      ['rest', '25.0 %'],
    ])
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
