// Makes dist of the sources: the site's own files one by one, and the packages that take longest to load in few files.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { root } from '../../config/paths.ts'

// What a start would otherwise read from 900 files. All others are loaded from node_modules.
const BUNDLED = /^(connect-mongo|express|express-session|mongodb|mongoose|pino|zod)(\/|$)/
const rooms = ['bin', 'cli', 'config', 'lessons', 'lib', 'middleware', 'models', 'routes']
const packages = join(root, 'dist', 'packages')

// Packages for Node.js call `require`, which a module has not.
const REQUIRE = `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\n`

const keepOwnFiles: Plugin = {
  name: 'keep own files',
  setup(bundler) {
    bundler.onResolve({ filter: /./ }, ({ kind, importer, path }) => {
      if (kind === 'entry-point' || importer.includes('node_modules')) return undefined
      if (path.startsWith('.')) return { path: path.replace(/\.ts$/, '.js'), external: true }
      return BUNDLED.test(path) ? undefined : { path, external: true }
    })
  },
}

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['app.ts', ...rooms.map((room) => `${room}/**/*.ts`)],
  outdir: 'dist',
  chunkNames: 'packages/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  legalComments: 'inline',
  plugins: [keepOwnFiles],
  write: false,
})

// Their names change with their content, and what was compiled of them (bin/www.ts) is of no more use.
for (const old of [packages, join(root, 'dist', 'cache')]) {
  rmSync(old, { recursive: true, force: true })
}
for (const { path, text } of outputFiles) {
  const isPackage = path.startsWith(packages)
  if (isPackage && path.endsWith('.map')) continue // larger than all the rest, for code that is not ours
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, isPackage ? asPackage(text) : text)
}

// Without the name of its map, which is not written: whatever follows it would say that the file is missing.
function asPackage(text: string): string {
  const withoutMap = text.replace(/\n\/\/# sourceMappingURL=\S+\n$/, '\n')
  return withoutMap.includes('var __require =') ? REQUIRE + withoutMap : withoutMap
}
