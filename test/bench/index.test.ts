// The benchmark itself, run so briefly that its figures mean nothing: every contender answers, and the report is whole.
import { describe, expect, it } from 'vitest'
import { run } from './run.ts'

const BENCH = 'bench/index.ts'
const TINY = '--rounds 1 --answers 5 --seconds 0.2 --rate 10 --connections 1'

describe('npm run bench', () => {
  it('refuses a case that there is not', async () => {
    const { code, err } = await run(BENCH, '--only hom')

    expect(code).toBe(1)
    expect(err).toContain('Cases are home, read, login')
  })

  it('checks and measures everybody who answers /home, and judges the targets', async () => {
    const { code, out, err } = await run(BENCH, `--only home ${TINY}`)

    expect(err).not.toContain('Error')
    expect(code).toBe(0)
    for (const name of [
      'seed',
      'express',
      'fastify',
      'limit',
      'ours',
      'ours-server',
      'ours-workers',
    ]) {
      expect(out).toMatch(new RegExp(`^\\| home +\\| ${name}: answers a second +\\| [\\d.]+ `, 'm'))
    }
    expect(out.match(/\| (met|\*\*missed\*\*) +\|$/gm)).toHaveLength(7)
  }, 240_000)
})
