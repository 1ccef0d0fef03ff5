// The project's own files, for the tests that read them as text.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../config/paths.ts'

export type ProjectFile = { path: string; text: string }

/** The files below these folders whose names end so, by their path from the root. */
export function filesBelow(folders: string[], ending: string): ProjectFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((path) => path.endsWith(ending))
    .sort()
    .map(read)
}

/** The sources that run: neither tests nor the configuration of tools. */
export function sources(): ProjectFile[] {
  const folders = ['bin', 'cli', 'config', 'lessons', 'lib', 'middleware', 'models', 'routes']
  return [read('app.ts'), ...filesBelow(folders, '.ts')]
}

/** One file. */
export function read(path: string): ProjectFile {
  return { path, text: readFileSync(join(root, path), 'utf8') }
}
