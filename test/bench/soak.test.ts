// The soak itself: a short run, in which processes are killed, breaks no promise.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, inject, it } from 'vitest'
import { root } from '../../config/paths.ts'

describe('npm run soak', () => {
  it('refuses a run without an end', async () => {
    const { code, said } = await soak('--minutes 0')

    expect(code).toBe(1)
    expect(said).toContain('above 0')
  })

  it('ends with 0 where a worker and the database were killed and every promise was kept', async () => {
    const { code, said } = await soak('--minutes 0.2 --people 4 --rate 30 --seed 1')

    expect(said).not.toContain('FAIL')
    expect(said).toMatch(/^workers killed one at a time: [1-9]/m)
    expect(said).toMatch(/^database killed: [1-9]/m)
    expect(code).toBe(0)
  }, 300_000)
})

async function soak(line: string) {
  const args = ['--import', 'tsx', 'bench/soak/index.ts', ...line.split(' ')]
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH, HOME, XDG_CACHE_HOME: inject('cacheHome') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = [text(child.stdout), text(child.stderr)]
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, said: `${await out}\n${await err}` }
}
