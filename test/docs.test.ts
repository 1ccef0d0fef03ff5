// What the documents say of the project: the files they name exist, and both READMEs list every setting there is.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../config/paths.ts'
import { filesBelow, read, type ProjectFile } from './project-files.ts'

const READMES = ['README.md', 'README.zh-CN.md'].map(read)
const documents = [...READMES, read('STYLE.md'), ...filesBelow(['docs'], '.md')]
const ROOMS = 'app|bench|bin|config|docs|lib|middleware|models|public|routes|test|views'

describe('Each document', () => {
  it.each(documents.map((document) => [document.path, document] as const))(
    '%s names only files that exist',
    (_path, document) => {
      const missing = [...namedIn(document), ...linkedFrom(document)].filter(
        (path) => !existsSync(join(root, path)),
      )

      expect(missing).toEqual([])
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
})

// Files in backticks, but for those of pages that stand as an example of a name.
function namedIn({ text }: ProjectFile): string[] {
  return [
    ...text.matchAll(new RegExp(`\`((?:${ROOMS})(?:/[\\w./-]+)?\\.(?:ts|ejs|json|css|md))\``, 'g')),
  ].map(([, path = '']) => path)
}

function linkedFrom({ path, text }: ProjectFile): string[] {
  return [...text.matchAll(/\]\(([^):#]+)\)/g)].map(([, target = '']) =>
    join(dirname(path), target),
  )
}
