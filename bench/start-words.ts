// How the site is started by `npm start`: what is measured has to run with the same flags.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../config/paths.ts'

/** Node's flags and the program, as package.json has them. */
export function startWords(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: { start: string }
  }
  return scripts.start.split(' ').slice(2) // after "exec node"
}
