// `npm start`, and each of its workers.
import './node-version.ts'
import module from 'node:module'
import { join } from 'node:path'
import { isBuilt, root } from '../config/paths.ts'

// From Node.js 22 on, a second start compiles nothing again. In the system's own folder for temporary files, others on this
// machine could put there what the site would run; where nobody may write to dist, nothing is kept.
const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown }
if (isBuilt) enableCompileCache?.(join(root, 'dist', 'cache'))

// Loaded only now: an old Node could not even read it, and nothing loaded before is kept.
await import('./main.ts')
