// What commands share that change the project itself: they are for whoever develops a site, and refused where one runs.
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../config/paths.ts'
import { settingsOrProblem } from './database.ts'
import { Refusal } from './terminal.ts'

/** Throws a Refusal in production, and where the packages or the sources are missing that development needs. */
export function refuseUnlessDevelopment(): void {
  if (settingsOrProblem().production) {
    throw new Refusal('This changes the sources of the site: it is refused in production.')
  }
  const missing = ['node_modules/typescript', 'routes/index.ts', 'test'].filter(
    (path) => !isThere(path),
  )
  if (missing.length > 0) {
    throw new Refusal(
      `This needs the project as it is developed, and ${missing.join(', ')} is not here.`,
    )
  }
}

/** True if there is a file or a folder at this path of the project. */
export function isThere(path: string): boolean {
  return existsSync(join(root, path))
}

/** Change a text file of the project. Throws if nothing of it changes: then it is not as this command knows it. */
export async function edit(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(join(root, path), 'utf8')
  const changed = change(text)
  if (changed === text) throw new Error(`${path} is not as this command expects it`)
  await writeFile(join(root, path), changed)
}
