// The house rules, kept true: which room may use which, one word per page, small files that say what they are for.
import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { attemptLimits } from '../config/limits.ts'
import { root } from '../config/paths.ts'
import { withoutSession, withSession } from '../routes/index.ts'
import { filesBelow, read, sources, type ProjectFile } from './project-files.ts'

const LONGEST = 120 // lines

// Data flows one way: a room uses itself and those after it in this list.
const ROOMS = ['bin', 'app.ts', 'routes', 'middleware', 'models', 'lib', 'config']

const roomOf = (path: string) => ROOMS.indexOf(path.split('/')[0] ?? '')
const exists = (path: string) => existsSync(join(root, path))
const isOfLessons = (path: string) => path.startsWith('lessons/')
const paths = (files: ProjectFile[]) => files.map(({ path }) => path)

describe('Every source', () => {
  it('uses only its own room and those below it', () => {
    const upwards = sources().flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => normalize(join(dirname(file.path), target)))
        .filter((target) => roomOf(target) < roomOf(file.path))
        .map((target) => `${file.path} uses ${target}`),
    )

    expect(upwards).toEqual([])
  })

  it('keeps Express out of models, lib and config', () => {
    const knowing = sources().filter(
      (file) =>
        /^(models|lib|config)\//.test(file.path) &&
        file.path !== 'config/session.ts' && // the type of a cookie's flags, and nothing that runs
        importsOf(file).includes('express'),
    )

    expect(paths(knowing)).toEqual([])
  })

  it('of a lesson is loaded in one place of the site, which without lessons never gets there', () => {
    const loading = sources()
      .filter(({ path }) => !isOfLessons(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/\b(?:from |import\()'(\.[^']+)'/g)]
          .map(([, target = '']) => normalize(join(dirname(path), target)))
          .filter(isOfLessons)
          .map((target) => `${path} loads ${target}`),
      )

    expect(loading).toEqual(['bin/start.ts loads lessons/index.ts'])
  })

  it('leaves the environment to config/env.ts', () => {
    const readers = sources().filter(({ text }) => text.includes('process.env'))

    expect(paths(readers)).toEqual(['config/env.ts'])
  })

  it(`opens with a sentence and has at most ${LONGEST} lines`, () => {
    const files = [
      ...sources(),
      ...filesBelow(['bench', 'test'], '.ts'),
      ...filesBelow(['public/js'], '.js'),
    ]
    const short = [...sources(), ...filesBelow(['bench'], '.ts')]

    expect(paths(files.filter(({ text }) => !/^(#!.*\n)?\/\/ .+[.:]\n/.test(text)))).toEqual([])
    expect(paths(short.filter(({ text }) => text.split('\n').length > LONGEST + 1))).toEqual([])
  })

  it('says in a sentence what each function is for that other rooms may call', () => {
    const silent = sources()
      .filter(({ path }) => /^(bin|config|lib|middleware|models)\//.test(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/(.*)\nexport (?:async )?function (\w+)/g)]
          .filter(([, before = '']) => !before.endsWith('*/'))
          .map(([, , name = '']) => `${path}: ${name}`),
      )

    expect(silent).toEqual([])
  })
})

describe('Every page', () => {
  // What stands for any value in an address, ":token", is the file "token".
  const paths = [...[...withoutSession, ...withSession].map(([path]) => path)]
  const pages = paths.map((path) => (path === '/' ? 'root' : path.slice(1).replaceAll(':', '')))

  it('is one word in the address bar, in routes and in test/routes', () => {
    const missing = pages
      .flatMap((page) => [`routes/${page}.ts`, `test/routes/${page}.test.ts`])
      .filter((path) => !exists(path))

    expect(missing).toEqual([])
  })

  it('has a view and sentences under the same word if it renders one', () => {
    const locale = filesBelow(['config/locales'], 'en.json')[0]?.text ?? '{}'
    const words = JSON.parse(locale) as Record<string, unknown>
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

function importsOf({ text }: ProjectFile): string[] {
  return [...text.matchAll(/^(?:import|export)\b[^'"]*?from '([^']+)'/gm)].map(
    ([, target = '']) => target,
  )
}
