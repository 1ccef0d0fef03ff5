// A measuring program as its npm script runs it: from the sources, in a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import { root } from '../../config/paths.ts'

/** Run it with the words of this line; what it wrote, and its exit code. */
export async function run(program: string, line: string) {
  const args = ['--import', 'tsx', program, ...line.split(' ')]
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
