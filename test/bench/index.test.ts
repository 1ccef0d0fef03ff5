// The benchmark itself, run so briefly that its figures mean nothing: every contender answers, and the report is whole.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, inject, it } from 'vitest'
import { root } from '../../config/paths.ts'

const TINY = '--rounds 1 --answers 5 --seconds 0.2 --rate 10 --connections 1'

describe('npm run bench', () => {
  it('refuses a case that there is not', async () => {
    const { code, err } = await bench('--only hom')

    expect(code).toBe(1)
    expect(err).toContain('Cases are home, login')
  })

  it('checks and measures everybody who answers /home, and judges the targets', async () => {
    const { code, out, err } = await bench(`--only home ${TINY}`)

    expect(err).not.toContain('Error')
    expect(code).toBe(0)
    for (const name of ['seed', 'express', 'fastify', 'limit', 'ours']) {
      expect(out).toMatch(new RegExp(`^ {2}${name}: answers a second +[\\d.]+ `, 'm'))
    }
    expect(out.match(/^ {2}(PASS|MISS) /gm)).toHaveLength(3)
  }, 240_000)
})

async function bench(line: string) {
  const args = ['--import', 'tsx', 'bench/index.ts', ...line.split(' ')]
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH, HOME, XDG_CACHE_HOME: inject('cacheHome') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = [text(child.stdout), text(child.stderr)]
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out: await out, err: await err }
}
