// `npm run mutations`: breaks the sources one line at a time, in copies of the tree, and tells which mistakes the tests notice.
import { parseArgs } from 'node:util'
import { bin } from './bin.ts'
import { applies, makeCopy, type Copy } from './copy.ts'
import { factors } from './factors.ts'
import { lib } from './lib.ts'
import { middleware } from './middleware.ts'
import { models } from './models.ts'
import type { Mutation } from './mutation.ts'

const USAGE = `npm run mutations -- [words] [--at-once 2]

Tries the mistakes whose file or line has one of the words, all without any.
The exit code is 1 if one survives without a reason, or is no mistake in these sources any more.`

let useless: string[] = []

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'at-once': { type: 'string', default: '2' },
    direct: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const chosen = [...lib, ...middleware, ...models, ...factors, ...bin].filter(
  ({ file, from, to }) =>
    positionals.length === 0 ||
    positionals.some((word) => [file, from, to].some((text) => text.includes(word))),
)
if (values.help) {
  print(USAGE)
} else {
  const misfits = chosen.filter((one) => !applies(one))
  for (const one of misfits) print(`Does not apply: ${nameOf(one)}`)
  const fitting = chosen.filter((one) => !misfits.includes(one))
  const survivors = await tryAll(fitting, Number(values['at-once']))
  for (const one of survivors) print(`Survived: ${nameOf(one)}\n  ${one.survives ?? 'No reason.'}`)
  print(`${fitting.length - survivors.length} of ${fitting.length} noticed`)
  const isBad = misfits.length > 0 || survivors.some(({ survives }) => survives === undefined)
  process.exitCode = isBad ? 1 : 0
}

// Returns those that nothing noticed, in the order of the list.
async function tryAll(mutations: Mutation[], atOnce: number): Promise<Mutation[]> {
  const survivors = new Set<Mutation>()
  const queue = mutations.values() // shared: each copy takes the next one when it is done
  const work = async (copy: Copy) => {
    for (const one of queue) {
      const noticed = await isNoticed(copy, one)
      if (!noticed) survivors.add(one)
      print(`${noticed ? 'noticed ' : 'SURVIVED'} ${nameOf(one)}`)
    }
  }
  const copies = Array.from({ length: atOnce }, makeCopy)
  try {
    await findUseless(copies[0], mutations)
    await Promise.all(copies.map(work))
  } finally {
    for (const copy of copies) copy.remove()
  }
  return mutations.filter((one) => survivors.has(one))
}

// A test that fails without any mistake would notice everything.
async function findUseless(copy: Copy | undefined, mutations: Mutation[]): Promise<void> {
  const tests = [...new Set(mutations.flatMap((one) => one.tests))]
  useless = (await copy?.failing(tests)) ?? []
  for (const one of useless) print(`Fails without a mistake, so it is left out: ${one}`)
}

async function isNoticed(copy: Copy, mutation: Mutation): Promise<boolean> {
  return copy.broken(mutation, async () => {
    const tests = mutation.tests.filter((one) => !useless.includes(one))
    return (
      (tests.length > 0 && !(await copy.passes(tests))) ||
      (!values.direct && !(await copy.passes([])))
    )
  })
}

function nameOf({ file, from, to }: Mutation): string {
  const inOneLine = (text: string) => text.replace(/\s+/g, ' ').trim()
  return `${file}: ${inOneLine(from)} → ${inOneLine(to) || '(nothing)'}`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
