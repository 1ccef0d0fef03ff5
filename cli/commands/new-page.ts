// `sesame new page NAME`: a page for members with a form that is saved, as a beginning to change.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { root } from '../../config/paths.ts'
import { edit, isThere, refuseUnlessDevelopment } from '../development.ts'
import { example, print, Refusal } from '../terminal.ts'

const TEMPLATES = join(root, 'cli', 'templates', 'page')
const MAX = 24 // letters: a name stands in lines of at most a hundred

type Words = Record<string, Record<string, string>>

/** Add the command. */
export function addNewPage(program: Command): void {
  program
    .command('new')
    .description('Write a beginning into the sources. Refused in production.')
    .command('page')
    .description('A page for members with a form: route, view, model, words, test, row of the map.')
    .argument('<name>', 'its word in the address bar: small letters and hyphens', pageName)
    .addHelpText('after', example('new page notes'))
    .action(newPage)
}

function pageName(name: string): string {
  if (/^[a-z]+(-[a-z]+)*$/.test(name) && name.length <= MAX) return name
  throw new InvalidArgumentError(
    `A name is at most ${MAX} small letters, with hyphens between words.`,
  )
}

async function newPage(name: string): Promise<void> {
  refuseUnlessDevelopment()
  const files = {
    'route.ts.txt': `routes/${name}.ts`,
    'model.ts.txt': `models/${name}.ts`,
    'view.ejs.txt': `views/${name}.ejs`,
    'test.ts.txt': `test/routes/${name}.test.ts`,
  }
  await refuseTaken(name, Object.values(files))
  for (const [template, path] of Object.entries(files)) {
    await writeFile(join(root, path), await fillIn(template, name), { flag: 'wx' })
    await print(`written  ${path}`)
  }
  const words = JSON.parse(await fillIn('words.json', name)) as Words
  for (const [locale, sentences] of Object.entries(words)) {
    await change(`config/locales/${locale}.json`, (text) => {
      const known = JSON.parse(text) as object
      return `${JSON.stringify({ ...known, [name]: sentences }, null, 2)}\n`
    })
  }
  await change('routes/index.ts', (text) => addRow(text, name))
  await change('models/database/collections.ts', (text) => addCollection(text, name))
  await print(
    `Its address is /${name}. A link to it stands where you write one: views/partials/nav.ejs.`,
  )
}

// Its sentences, its collection and its import would meet those of another.
async function refuseTaken(name: string, files: string[]): Promise<void> {
  const words = JSON.parse(await readFile(join(root, 'config/locales/en.json'), 'utf8')) as object
  const folders = ['routes', 'models', 'views'].map((room) => `${room}/${name}`)
  const registry = await readFile(join(root, 'models/database/collections.ts'), 'utf8')
  const isCollection = new RegExp(`^ {2}'?${name}'?: \\{`, 'm').test(registry)
  if (name in words || isCollection || [...files, ...folders].some(isThere)) {
    throw new Refusal(
      `The name ${name} is taken by something else of the site. Nothing was written.`,
    )
  }
}

async function fillIn(template: string, name: string): Promise<string> {
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`
  const text = await readFile(join(TEMPLATES, template), 'utf8')
  return text.replaceAll('__name__', name).replaceAll('__title__', title)
}

async function change(path: string, how: (text: string) => string): Promise<void> {
  await edit(path, how)
  await print(`changed  ${path}`)
}

// An import at the end of the others, and a row at the end of the pages.
function addRow(map: string, name: string): string {
  const page = `${name.replace(/-(.)/g, (_all, letter: string) => letter.toUpperCase())}Page`
  return map
    .replace(/\n\n\/\*\* Answered before/, `\nimport * as ${page} from './${name}.ts'$&`)
    .replace(/\n\]\n$/, `\n  ['/${name}', member, ${page}],$&`)
}

// Before the users, as the registry says of everything that belongs to them.
function addCollection(registry: string, name: string): string {
  const key = name.includes('-') ? `'${name}'` : name
  return registry.replace(
    '  users: {',
    `  ${key}: {
    backup: 'kept',
    owner: 'userId',
    indexes: [[{ userId: 1 }, { unique: true }]],
  },
$&`,
  )
}
