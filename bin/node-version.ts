// Ends the process of whoever has too old a Node with a sentence; imported first, before what would fail there without a cause.
import { brand } from '../config/site.ts'

const NEEDED = '20.19' // as package.json says too, which an old Node could not find from here
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const [neededMajor = 0, neededMinor = 0] = NEEDED.split('.').map(Number)

if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  process.stderr.write(
    `${brand.shortName} needs Node.js ${NEEDED} or newer, and this is ${process.versions.node}. Node.js 24 is recommended: README.md says how to get it.\n`,
  )
  process.exit(1)
}
