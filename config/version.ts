// The version of this site, as package.json gives it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from './paths.ts'

const manifest = z.object({ version: z.string(), engines: z.object({ node: z.string() }) })

export const { version, engines } = manifest.parse(
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')),
)
