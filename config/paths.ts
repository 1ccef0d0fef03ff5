// Where the project lies on disk, the same whether the sources or the built files run.
import { basename, dirname, join } from 'node:path'

const parent = dirname(import.meta.dirname)

export const isBuilt = basename(parent) === 'dist'

export const root = isBuilt ? dirname(parent) : parent
export const viewsDir = join(root, 'views')
export const sourcePublicDir = join(root, 'public')
export const builtPublicDir = join(root, 'dist', 'public')
export const publicDir = isBuilt ? builtPublicDir : sourcePublicDir
export const localesDir = join(root, 'config', 'locales')
const modules = join(root, 'node_modules')

/** Files of packages that the site serves as its own, by their addresses. */
export const packageFiles = {
  '/css/pico/pico.jade.min.css': join(modules, '@picocss', 'pico', 'css', 'pico.jade.min.css'),
}

const script = join('dist', 'bin', 'sesame.js')

/** What calls the command line from the folder that this process works in, for everything that names a command. */
export const sesame = `node ${process.cwd() === root ? script : join(root, script)}`
