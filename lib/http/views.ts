// The views as EJS functions: compiled once, each together with all that it includes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ejs, { type Options, type TemplateFunction } from 'ejs'

type Done = (error: Error | null, html?: string) => void
type Render = (file: string, values: object, done: Done) => void

// The one way in which views include others: a fixed name, and what the other is given beyond what the view itself has.
const INCLUDE = /<%- include\('(\/[\w./-]+)'(?:, \{(.*?)\})?\) -%>\n?/g
const IDENTIFIER = /^[a-z_$][\w$]*$/i

/**
 * Render views of this folder. With `cache` each is compiled once, as one function with all that it includes: EJS alone
 * looks on the disk for every include of every page, and copies all values for it. Without, a change shows at once.
 */
export function viewEngine(folder: string, cache: boolean): Render {
  const compiled = new Map<string, TemplateFunction>()
  return function render(file, values, done) {
    if (cache) {
      try {
        const names = Object.keys(values)
        const key = `${file} ${names.join()}`
        const template = compiled.get(key) ?? compile(folder, file, names)
        compiled.set(key, template)
        done(null, template(values))
      } catch (error) {
        done(error as Error)
      }
    } else {
      ejs.renderFile(file, values, { root: folder }, done)
    }
  }
}

// A variable for each name instead of EJS's `with`, in which every name, `Object` too, is looked up in the values first.
function compile(folder: string, file: string, names: string[]): TemplateFunction {
  const text = withIncludes(folder, readFileSync(file, 'utf8'))
  // In a block, so that a view may declare a name of its own that the values have too.
  const options: Options & { unsafePrototypeLocals: boolean } = {
    filename: file,
    compileDebug: false,
    _with: false,
    destructuredLocals: names.filter((name) => IDENTIFIER.test(name)),
    unsafePrototypeLocals: true, // no copy of values that are an object of our own
  }
  return ejs.compile(`<% { %>${text}<% } %>`, options) as TemplateFunction
}

// In a scope of its own, as EJS renders an include.
function withIncludes(folder: string, text: string): string {
  return text.replace(INCLUDE, (_all, name: string, given: string | undefined) => {
    const file = join(folder, name.endsWith('.ejs') ? name : `${name}.ejs`)
    const inner = `{ %>${withIncludes(folder, readFileSync(file, 'utf8'))}<% }`
    const names = namesOf(given ?? '').join(', ')
    if (given === undefined) return `<% ${inner} %>`
    if (!inner.includes('locals.')) return `<% (({ ${names} }) => ${inner})({ ${given} }) %>`
    // It asks whether it was given something, by it or by the view.
    return `<% ((locals) => { const { ${names} } = locals; ${inner} })({ ...locals, ${given} }) %>`
  })
}

// The keys of an object literal, as the views write them.
function namesOf(given: string): string[] {
  let flat = given.replace(/'[^']*'|`[^`]*`/g, '')
  for (let nested = ''; nested !== flat;) {
    nested = flat
    flat = flat.replace(/\([^()]*\)|\[[^[\]]*\]|\{[^{}]*\}/g, '')
  }
  return flat.split(',').flatMap((one) => /[\w$]+/.exec(one)?.[0] ?? [])
}
