// `sesame remove lessons`: the project without its teaching pages, for a product that needs none.
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Command } from 'commander'
import { root } from '../../config/paths.ts'
import { isThere, refuseUnlessDevelopment } from '../development.ts'
import { example, print, Refusal } from '../terminal.ts'

const LIST = 'lessons/removal.json'
const run = promisify(execFile)

/** What goes with the lessons: it lies beside them, so that whoever changes one thing sees the other. */
type Removal = {
  /** Files and folders of theirs alone. */
  files: string[]
  /** Packages that only they use. */
  packages: string[]
  /** Files in which every line that names a lesson goes. */
  lines: string[]
  /** Other changes: in a file, what stands there and what takes its place. */
  texts: Record<string, [from: string, to: string][]>
}

/** Add the command. */
export function addRemoveLessons(program: Command): void {
  program
    .command('remove')
    .description('Take a part out of the sources. Refused in production.')
    .command('lessons')
    .description('The teaching pages: sources, views, words, tests, packages, documents.')
    .addHelpText('after', example('remove lessons'))
    .action(removeLessons)
}

async function removeLessons(): Promise<void> {
  refuseUnlessDevelopment()
  if (!isThere(LIST)) throw new Refusal('The lessons are not here: they were removed already.')
  await refuseUnlessCommitted()
  const { files, packages, lines, texts } = JSON.parse(await sourceOf(LIST)) as Removal
  const changed = await changedFiles(lines, texts) // all of them, before the first is written
  await uninstall(packages) // first: it may fail for reasons outside of this project
  for (const path of files) await rm(join(root, path), { recursive: true })
  for (const [path, text] of changed) await writeFile(join(root, path), text)
  await tidy([...changed.keys()])
  await print(
    `Removed ${files.join(', ')} and the packages ${packages.join(', ')}; changed ${[...changed.keys()].join(', ')}.`,
  )
  await print('Look at it with git diff; then npm install and npm test.')
}

// What is deleted here comes back from the last commit alone.
async function refuseUnlessCommitted(): Promise<void> {
  const status = await run('git', ['status', '--porcelain'], { cwd: root }).catch(() => {
    throw new Refusal(
      'This deletes files, and the project is in no git repository that could bring them back.',
    )
  })
  if (status.stdout !== '') {
    throw new Refusal(`Some changes are not committed, so nothing was done:\n${status.stdout}`)
  }
}

async function changedFiles(lines: string[], texts: Removal['texts']) {
  const changed = new Map<string, string>()
  for (const path of new Set([...Object.keys(texts), ...lines])) {
    let text = await sourceOf(path)
    for (const [from, to] of texts[path] ?? []) {
      if (!text.includes(from)) throw new Refusal(`${unexpected(path)} It should have: ${from}`)
      text = text.replaceAll(from, () => to)
    }
    if (lines.includes(path)) {
      const kept = text.split('\n').filter((line) => !/lesson/i.test(line))
      text = kept.join('\n')
    }
    changed.set(path, text)
  }
  return changed
}

async function sourceOf(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8').catch(() => {
    throw new Refusal(`${unexpected(path)} It can't be read.`)
  })
}

const unexpected = (path: string) =>
  `${path} is not as ${LIST} expects it, so nothing was done: change one of the two.`

// By the lists alone: what is installed stays until the next npm install.
async function uninstall(packages: string[]): Promise<void> {
  const words = ['uninstall', '--package-lock-only', '--ignore-scripts', '--offline']
  await run('npm', [...words, ...packages], { cwd: root })
}

// Tables get narrower, and what a line less makes room for moves up.
async function tidy(paths: string[]): Promise<void> {
  const oxfmt = join('node_modules', 'oxfmt', 'bin', 'oxfmt')
  await run(process.execPath, [oxfmt, ...paths], { cwd: root })
}
