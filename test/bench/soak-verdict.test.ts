// The judgement of a soak: what it calls broken, of answers, connections and memory; and what is planned is repeatable.
import { describe, expect, it } from 'vitest'
import { Random } from '../../bench/soak/random.ts'
import { judgeMemory, type Sample } from '../../bench/soak/memory.ts'
import { planFaults } from '../../bench/soak/faults.ts'
import { Observations } from '../../bench/soak/observations.ts'

describe('The judgement', () => {
  const answer = (status: number) => ({ status, headers: {}, text: '', began: 1, ended: 2 })
  const failed = (observations: Observations) =>
    Object.entries(observations.promises())
      .filter(([, details]) => details.length > 0)
      .map(([name]) => name)

  it('finds nothing wrong with a run in which nothing went wrong', () => {
    const observations = new Observations()
    observations.note('visit', answer(200))

    expect(failed(observations)).toEqual([])
  })

  it('breaks at one 500, and at one 503 that does not say why', () => {
    for (const status of [500, 503]) {
      const observations = new Observations()
      observations.note('visit', answer(status))

      expect(failed(observations)).toEqual(['nothing but the 503 that says why, of all 5xx'])
    }
  })

  it('breaks at a connection that is cut off while no worker was killed', () => {
    const observations = new Observations()
    observations.note('visit', { ...answer(0), broken: 'reset' })
    expect(failed(observations)).toEqual([
      'a connection is cut off only with the worker that it led to',
    ])

    observations.faults.push({ kind: 'worker', at: 1.5 })
    expect(failed(observations)).toEqual([])
  })

  it('breaks where a request is never answered, whatever was killed', () => {
    const observations = new Observations()
    observations.faults.push({ kind: 'worker', at: 1.5 })

    observations.note('visit', { ...answer(0), broken: 'unanswered' })

    expect(failed(observations)).toHaveLength(1)
  })
})

describe('The memory', () => {
  // A worker that is looked at every two seconds for ten minutes.
  const samples = (perMinute: number) =>
    Array.from({ length: 300 }, (_, index): Sample => {
      const at = index * 2000
      return { pid: 1, role: 'worker', at, megabytes: 100 + (perMinute * at) / 60_000 }
    })
  const broken = (perMinute: number, minutes: number) =>
    Object.values(judgeMemory(samples(perMinute), minutes).promises).map(({ length }) => length)

  it('may not grow without end in a long run; a short one can not tell', () => {
    expect([broken(0.5, 10), broken(6, 10), broken(6, 1)]).toEqual([[0], [1], []])
  })
})

describe('The plan', () => {
  const options = {
    minutes: 0.2,
    every: 8,
    workers: 2,
    people: 4,
    rate: 30,
    seed: 1,
    server: false,
    write: false,
  }

  it('kills a worker and the database in the shortest run, at the same moments for the same seed', () => {
    const [plan, again] = ['1', '1'].map((seed) => planFaults(options, new Random(seed)))

    expect(plan?.map(({ kind }) => kind)).toEqual(['worker', 'engine'])
    expect(again).toEqual(plan)
    expect(planFaults(options, new Random('2'))).not.toEqual(plan)
  })
})
