// The judgement of a soak: what it calls broken, of answers, connections and memory; and what is planned is repeatable.
import { describe, expect, it } from 'vitest'
import { Chance } from '../../bench/soak/chance.ts'
import { judgeMemory } from '../../bench/soak/memory.ts'
import { planTroubles } from '../../bench/soak/troubles.ts'
import { judge } from '../../bench/soak/verdict.ts'
import { Watch } from '../../bench/soak/watch.ts'

describe('The judgement', () => {
  const answer = (status: number, headers = {}) => ({
    ...{ began: 1, ended: 2, text: '' },
    status,
    headers,
  })
  const failed = (watch: Watch) =>
    judge(watch, [])
      .filter(({ isKept }) => !isKept)
      .map(({ what }) => what)

  it('finds nothing wrong with a run in which nothing went wrong', () => {
    const watch = new Watch()
    watch.note('visit', answer(200))

    expect(failed(watch)).toEqual([])
  })

  it('breaks at one 500, and at one 503 that does not say why', () => {
    for (const status of [500, 503]) {
      const watch = new Watch()
      watch.note('visit', answer(status))

      expect(failed(watch)).toEqual(['nothing but the 503 that says why, of all 5xx'])
    }
  })

  it('breaks at a connection that is cut off while no worker was killed', () => {
    const watch = new Watch()
    watch.note('visit', { began: 1, ended: 2, broken: 'reset' })
    expect(failed(watch)).toEqual(['a connection is cut off only with the worker that it led to'])

    watch.troubles.push({ kind: 'worker', at: 1.5 })
    expect(failed(watch)).toEqual([])
  })

  it('breaks where a request is never answered, whatever was killed', () => {
    const watch = new Watch()
    watch.troubles.push({ kind: 'worker', at: 1.5 })

    watch.note('visit', { began: 1, ended: 2, broken: 'unanswered' })

    expect(failed(watch)).toHaveLength(1)
  })
})

describe('The memory', () => {
  const growth = (perMinute: number) => ({
    ...{ role: 'worker' as const, seconds: 120, first: 100, last: 110, most: 110 },
    perMinute,
  })

  it('may not grow without end in a long run; a short one can not tell', () => {
    const verdicts = [
      judgeMemory([growth(0.5)], 10),
      judgeMemory([growth(6)], 10),
      judgeMemory([growth(6)], 1),
    ]

    expect(verdicts.map((all) => all.map(({ isKept }) => isKept))).toEqual([[true], [false], []])
  })
})

describe('The plan', () => {
  const options = { minutes: 0.2, every: 8, workers: 2, people: 4, rate: 30, seed: 1, write: false }

  it('kills a worker and the database in the shortest run, at the same moments for the same seed', () => {
    const [plan, again] = [1, 1].map((seed) => planTroubles(options, new Chance(seed)))

    expect(plan?.map(({ kind }) => kind)).toEqual(['worker', 'engine'])
    expect(again).toEqual(plan)
    expect(planTroubles(options, new Chance(2))).not.toEqual(plan)
  })
})
