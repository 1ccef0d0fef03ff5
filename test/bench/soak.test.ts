// The soak itself: a short run, in which processes are killed, breaks no promise.
import { describe, expect, it } from 'vitest'
import { run } from './run.ts'

const SOAK = 'bench/soak/index.ts'

describe('npm run soak', () => {
  it('refuses a run without an end', async () => {
    const { code, out, err } = await run(SOAK, '--minutes 0')

    expect(code).toBe(1)
    expect(out + err).toContain('above 0')
  })

  it.each([
    ['of the site', ''],
    ['beside the site', '--server'],
  ])(
    'ends with 0 where a worker and the database %s were killed and every promise was kept',
    async (_where, option) => {
      const line = `--minutes 0.2 --people 4 --rate 30 --seed 1 ${option}`
      const { code, out, err } = await run(SOAK, line.trim())
      const said = `${out}\n${err}`

      expect(said).not.toContain('**broken**')
      expect(said).toMatch(/^\| workers killed one at a time +\| [1-9]/m)
      expect(said).toMatch(/^\| database killed +\| [1-9]/m)
      expect(code).toBe(0)
    },
    300_000,
  )
})
