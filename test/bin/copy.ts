// A copy of the built site, for tests that change a file of it as whoever takes it over does.
import { cp, mkdtemp, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../config/paths.ts'

/** Copy what is built. The files themselves, not links to them: a built file looks for its languages where it lies. */
export async function copyOfSite(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'site-copy-'))
  for (const name of ['config', 'dist', 'lessons', 'package.json']) {
    await cp(join(root, name), join(copy, name), { recursive: true })
  }
  for (const name of ['node_modules', 'public', 'views']) {
    await symlink(join(root, name), join(copy, name))
  }
  return copy
}
