// What the documents say of the project: the paths they name exist, and both READMEs list every setting there is.
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../config/paths.ts'
import { filesBelow, read, type ProjectFile } from './project-files.ts'

const READMES = ['README.md', 'README.zh-CN.md'].map(read)
const documents = [...READMES, read('STYLE.md'), ...filesBelow(['docs'], '.md')]
const ROOMS =
  'bench|bin|cli|config|deploy|docs|lessons|lib|middleware|models|public|routes|test|views'

describe('Each document', () => {
  it.each(documents.map((document) => [document.path, document] as const))(
    '%s names only files and folders that exist',
    (_path, document) => {
      const named = [...namedIn(document), ...linkedFrom(document)]

      expect(named.filter((path) => !exists(path))).toEqual([])
    },
  )
})

describe('Both READMEs', () => {
  it.each(READMES.map((readme) => [readme.path, readme.text]))(
    '%s lists every setting (ASVS 7.1.1)',
    (_path, text) => {
      const schema = read('config/env.ts').text
      const settings = [...schema.matchAll(/^ {4}([A-Z][A-Z_]+):/gm)].map(([, name = '']) => name)

      expect(settings.length).toBeGreaterThan(10)
      expect(settings.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
    },
  )

  it('lead from each wish to the same files, of which at least one exists', () => {
    const [english = [], chinese = []] = READMES.map(rowsOfTheFirstTable)

    expect(english.length).toBeGreaterThan(20)
    expect(chinese).toEqual(english)
    expect(english.filter((names) => !names.some(exists))).toEqual([])
  })
})

// Every path that begins with a room of the project, in backticks, in prose or in a block of code.
// Not what stands below another folder (dist/bin) or in an address (/lessons/idle).
function namedIn({ text }: ProjectFile): string[] {
  return [
    ...[...text.matchAll(new RegExp(`(?<![\\w./-])(?:${ROOMS})/[\\w*./-]*`, 'g'))].map(([path]) =>
      path.replace(/[./-]+$/, ''),
    ),
    ...[...text.matchAll(/`(app\.ts|[A-Z]{4,}\.md)`/g)].map(([, path = '']) => path),
  ]
}

function linkedFrom({ path, text }: ProjectFile): string[] {
  return [...text.matchAll(/\]\(([^):#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) =>
    join(dirname(path), target),
  )
}

// A star in the last part stands for any letters, as in a shell.
function exists(path: string): boolean {
  if (path.includes('*')) {
    const pattern = new RegExp(`^${basename(path).replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
    const folder = join(root, dirname(path))
    return existsSync(folder) && readdirSync(folder).some((name) => pattern.test(name))
  } else {
    return existsSync(join(root, path))
  }
}

// "I want to change…" and "I open…": the names in backticks of each row's second column.
function rowsOfTheFirstTable({ text }: ProjectFile): string[][] {
  const [table = ''] = /^\|.*(?:\n\|.*)*/m.exec(text) ?? []
  const rows = table.split('\n').slice(2)
  return rows.map((row) =>
    [...(row.split('|')[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).sort(),
  )
}
