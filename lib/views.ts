// The views as EJS functions: compiled once, each together with all that it includes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ejs, { type TemplateFunction } from 'ejs'

type Done = (error: Error | null, html?: string) => void
type Render = (file: string, values: object, done: Done) => void

// The one way in which views include others: a fixed name, and what the other is given beyond what the view itself has.
const INCLUDE = /<%- include\('(\/[\w./-]+)'(?:, \{(.*?)\})?\) -%>\n?/g

/**
 * Render views of this folder. With `cache` each is compiled once, as one function with all that it includes: EJS alone
 * looks on the disk for every include of every page, and copies all values for it. Without, a change shows at once.
 */
export function viewEngine(folder: string, cache: boolean): Render {
  const compiled = new Map<string, TemplateFunction>()
  return function render(file, values, done) {
    if (cache) {
      try {
        const template = compiled.get(file) ?? compile(folder, file)
        compiled.set(file, template)
        done(null, template(values))
      } catch (error) {
        done(error as Error)
      }
    } else {
      ejs.renderFile(file, values, { root: folder }, done)
    }
  }
}

function compile(folder: string, file: string): TemplateFunction {
  const text = withIncludes(folder, readFileSync(file, 'utf8'))
  return ejs.compile(text, { filename: file, compileDebug: false })
}

// In a scope of its own, as EJS renders an include. What it is given lies before what the view has, which is not copied.
function withIncludes(folder: string, text: string): string {
  return text.replace(INCLUDE, (_all, name: string, given = '') => {
    const file = join(folder, name.endsWith('.ejs') ? name : `${name}.ejs`)
    const inner = withIncludes(folder, readFileSync(file, 'utf8'))
    return given === ''
      ? `<% { %>${inner}<% } %>`
      : `<% ((locals) => { with (locals) { %>${inner}<% } })({ __proto__: locals, ${given} }) %>`
  })
}
