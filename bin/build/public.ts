// Makes dist/public of what the site serves: each file, and beside it the same compressed, once, so that no request waits for it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { builtPublicDir, sourcePublicDir } from '../../config/paths.ts'
import { encodings, readAssets } from '../../lib/http/assets.ts'

const IS_TEXT = /\.(css|js|svg|txt|webmanifest)$/ // other pictures are compressed already

rmSync(builtPublicDir, { recursive: true, force: true })
for (const [path, { bytes }] of readAssets(sourcePublicDir)) {
  const file = join(builtPublicDir, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, bytes)
  if (IS_TEXT.test(path)) {
    writeFileSync(file + encodings.br, brotliCompressSync(bytes)) // as small as can be: that is its default
    writeFileSync(file + encodings.gzip, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }))
  }
}
