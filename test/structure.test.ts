// The house rules, kept true: which room may use which, one word per page, small files that say what they are for.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { attemptLimits } from '../config/limits.ts'
import { root } from '../config/paths.ts'
import { withoutSession, withSession } from '../routes/index.ts'
import { filesBelow, read, sources, type ProjectFile } from './project-files.ts'

const MAX_LINES = 200 // 30 are good, 120 want a reason
const MAX_FILES = 16 // of one folder, so that it can be taken in at a glance

// Data flows one way: a room uses itself and the rooms of the later lines.
const ROOMS = [
  ['bin', 'cli'],
  ['app.ts'],
  ['routes', 'lessons'],
  ['middleware'],
  ['models'],
  ['lib'],
  ['config'],
]
// One list of pages each: their files are what somebody looks for.
const LISTS = ['routes', 'lessons', 'views/lessons']

const roomOf = (path: string) => path.split('/')[0] ?? ''
const rankOf = (path: string) => ROOMS.findIndex((rooms) => rooms.includes(roomOf(path)))
const exists = (path: string) => existsSync(join(root, path))
const paths = (files: ProjectFile[]) => files.map(({ path }) => path)

describe('Every source', () => {
  it('uses only its own room and those below it', () => {
    const upwards = sources().flatMap(({ path, text }) =>
      importsOf({ path, text })
        .filter((target) => rankOf(target) !== -1)
        .filter((target) => rankOf(target) < rankOf(path))
        .map((target) => `${path} uses ${target}`),
    )

    expect(upwards).toEqual([])
  })

  it('is in no circle of imports, not even of types', () => {
    const files = [...sources(), ...filesBelow(['bench'], '.ts')]
    const graph = new Map(files.map((file) => [file.path, importsOf(file)]))

    expect(circlesOf(graph)).toEqual([])
    expect(circlesOf(new Map(Object.entries({ a: ['b'], b: ['c'], c: ['b'] })))).toEqual([
      'b → c → b',
    ])
  })

  it('keeps Express out of models, lib and config', () => {
    const knowing = sources().filter(
      ({ path, text }) =>
        /^(models|lib|config)\//.test(path) &&
        path !== 'config/session.ts' && // the type of a cookie's flags, and nothing that runs
        text.includes("from 'express'"),
    )

    expect(paths(knowing)).toEqual([])
  })

  it('outside the lessons’ wing knows nothing of it, but for the one line that loads it', () => {
    const knowing = sources()
      .filter(({ path }) => roomOf(path) !== 'lessons')
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => roomOf(target) === 'lessons')
          .map((target) => `${file.path} loads ${target}`),
      )

    expect(knowing).toEqual(['bin/start.ts loads lessons/index.ts'])
  })

  it('leaves the environment to config/env.ts', () => {
    const readers = sources().filter(({ text }) => text.includes('process.env'))

    expect(paths(readers)).toEqual(['config/env.ts'])
  })

  it(`opens with a sentence and has at most ${MAX_LINES} lines`, () => {
    const files = [
      ...sources(),
      ...filesBelow(['bench', 'test'], '.ts'),
      ...filesBelow(['public/js'], '.js'),
    ]
    const short = [...sources(), ...filesBelow(['bench'], '.ts')]

    expect(paths(files.filter(({ text }) => !/^(#!.*\n)?\/\/ .+[.:]\n/.test(text)))).toEqual([])
    expect(paths(short.filter(({ text }) => text.split('\n').length > MAX_LINES + 1))).toEqual([])
  })

  it(`lies in a folder of at most ${MAX_FILES} files`, () => {
    const counts = new Map<string, number>()
    for (const folder of [...ROOMS.flat(), 'bench', 'public', 'views']
      .filter((room) => room !== 'app.ts')
      .flatMap(foldersOfFiles)) {
      counts.set(folder, (counts.get(folder) ?? 0) + 1)
    }
    const full = [...counts].filter(
      ([folder, files]) => files > MAX_FILES && !LISTS.includes(folder),
    )

    expect(counts.size).toBeGreaterThan(30)
    expect(full.map(([folder, files]) => `${folder}: ${files}`)).toEqual([])
  })

  it('says in a sentence what each function is for that other rooms may call', () => {
    const silent = sources()
      .filter(({ path }) => /^(bin|cli|config|lessons\/lib|lib|middleware|models)\//.test(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/(.*)\nexport (?:async )?function\*? (\w+)/g)]
          .filter(([, before = '']) => !before.endsWith('*/'))
          .map(([, , name = '']) => `${path}: ${name}`),
      )

    expect(silent).toEqual([])
  })
})

// But for lessons, which test/lessons/index.test.ts looks after.
describe('Every page', () => {
  // What stands for any value in an address, ":token", is the file "token"; ".well-known" is a folder that can be seen.
  const paths = [...withoutSession, ...withSession].map(([path]) => path)
  const pages = paths.map((path) => (path === '/' ? 'root' : path.slice(1).replace(/^\.|:/g, '')))

  it('is one word in the address bar, in routes and in test/routes', () => {
    const missing = pages
      .flatMap((page) => [`routes/${page}.ts`, `test/routes/${page}.test.ts`])
      .filter((path) => !exists(path))

    expect(missing).toEqual([])
  })

  it('has a view and sentences under the same word if it renders one', () => {
    const words = JSON.parse(read('config/locales/en.json').text) as Record<string, unknown>
    const rendering = sources()
      .filter(({ path, text }) => path.startsWith('routes/') && text.includes('.render('))
      .map(({ path }) => path.replace(/^routes\/|\.ts$/g, ''))

    expect(rendering.length).toBeGreaterThan(4)
    expect(rendering.filter((page) => !exists(`views/${page}.ejs`))).toEqual([])
    expect(rendering.filter((page) => !((page.split('/')[0] ?? '') in words))).toEqual([])
  })

  it('is in the map: no route, view or test stands outside it', () => {
    const wordsIn = (folder: string, ending: string) =>
      filesBelow([folder], ending).map(({ path }) => path.slice(folder.length + 1, -ending.length))
    const views = wordsIn('views', '.ejs').filter(
      (view) => !/^(partials\/|mail\/|lessons\/|error$)/.test(view),
    )
    const routes = wordsIn('routes', '.ts').filter((route) => route !== 'index')
    const tests = wordsIn('test/routes', '.test.ts').map((test) =>
      // A page with much to promise has more than one file: login.test.ts, login-next.test.ts.
      pages.find((page) => test === page || test.startsWith(`${page}-`)),
    )

    expect(views.filter((view) => !pages.includes(view))).toEqual([])
    expect(routes.filter((route) => !pages.includes(route))).toEqual([])
    expect(tests).not.toContain(undefined)
  })
})

describe('docs/security.md', () => {
  const { text } = read('docs/security.md')

  it('names only tests that exist, each with its requirement’s number in its name', () => {
    const rows = [...text.matchAll(/^\| ([\d.]+) .*\| `(test\/[^`]+)`: (.+?) *\|$/gm)]
    const missing = rows
      .map(([, number = '', path = '', title = '']) => ({ number, path, title }))
      .filter(
        ({ number, path, title }) => !title.includes(number) || !read(path).text.includes(title),
      )

    expect(rows.length).toBeGreaterThan(30)
    expect(missing).toEqual([])
  })

  it('tells the limits as they are (ASVS 6.1.1)', () => {
    const told = [...text.matchAll(/^\| `(\w+)` .*\| (\d+) +\| (\d+) +\|$/gm)].map(
      ([, name = '', points, duration]) => [
        name,
        { points: Number(points), duration: Number(duration) },
      ],
    )

    expect(Object.fromEntries(told)).toEqual(attemptLimits)
  })
})

// The folder of each file of a room, once for each file.
function foldersOfFiles(room: string): string[] {
  return readdirSync(join(root, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath }) => relative(root, parentPath))
}

// The files of the project that a file names in an import, of values or types, at its head or later.
function importsOf({ path, text }: ProjectFile): string[] {
  return [...text.matchAll(/(?:^(?:import|export)\b[^'"]*?from |\bimport\()'(\.[^']+)'/gm)].map(
    ([, target = '']) => normalize(join(dirname(path), target)),
  )
}

// Each circle once, beginning with the file of it that was met first.
function circlesOf(graph: Map<string, string[]>): string[] {
  const circles: string[] = []
  const done = new Set<string>()
  const visit = (file: string, way: string[]) => {
    const start = way.indexOf(file)
    if (start !== -1) {
      circles.push([...way.slice(start), file].join(' → '))
    } else if (!done.has(file)) {
      for (const target of graph.get(file) ?? []) visit(target, [...way, file])
      done.add(file)
    }
  }
  for (const file of graph.keys()) visit(file, [])
  return circles
}
