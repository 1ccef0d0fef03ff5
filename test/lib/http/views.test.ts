// The compiled views: the same pages as EJS's own.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { viewEngine } from '../../../lib/http/views.ts'
import { filesBelow } from '../../project-files.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'views-'))
})
afterAll(() => rm(folder, { recursive: true }))

const render = (cache: boolean, values: object) =>
  new Promise<string>((resolve, reject) => {
    viewEngine(folder, cache)(join(folder, 'page.ejs'), values, (error, html = '') => {
      if (error) reject(error)
      else resolve(html)
    })
  })

async function expectTheSame(views: Record<string, string>, values: object): Promise<string> {
  for (const [name, text] of Object.entries(views)) {
    await writeFile(join(folder, `${name}.ejs`), text)
  }
  const compiled = await render(true, values)
  expect(compiled).toBe(await render(false, values))
  return compiled
}

describe('A view that was compiled once is the page that EJS makes of it anew each time', () => {
  it('with what an include is given, whatever is in its text', async () => {
    const html = await expectTheSame(
      {
        page: `<%- include('/part', { one, two: t('a, b: c', { x: [1, 2] }), three: one ? \`q, r: \${one}\` : 's' }) -%>\n<%= one %>`,
        part: `<%= one %>|<%= two %>|<%= three %>`,
      },
      { one: '<1>', t: (text: string, { x }: { x: number[] }) => text + x.join() },
    )
    expect(html).toBe('&lt;1&gt;|a, b: c1,2|q, r: &lt;1&gt;&lt;1&gt;')
  })

  it('with what an include asks for and may not be given', async () => {
    const html = await expectTheSame(
      {
        page: `<%- include('/part', { name: 'a' }) -%>\n<%- include('/part', { name: 'b', hint: 'h' }) -%>\n`,
        part: `<%= name %>:<%= locals.hint ?? 'none' %>,<%= locals.given %>;`,
      },
      { given: 'by the view' },
    )
    expect(html).toBe('a:none,by the view;b:h,by the view;')
  })

  it('with names of its own that the values or an include have too', async () => {
    const html = await expectTheSame(
      {
        page: `<% const owner = locals.owner ?? 'nobody' %><%- include('/part') -%>\n<%= owner %>`,
        part: `<% const part = 'inner', { length } = 'four' %><%= part + length %> `,
      },
      { owner: 'somebody', part: 'outer' },
    )
    expect(html).toBe('inner4 somebody')
  })

  it('whichever values the page before it had', async () => {
    await writeFile(
      join(folder, 'page.ejs'),
      `<%= name %><% if (locals.more) { %><%= more %><% } %>`,
    )
    const engine = viewEngine(folder, true)
    const pages: (string | undefined)[] = []
    for (const values of [{ name: 'a' }, { name: 'b', more: '+' }, { name: 'c' }]) {
      engine(join(folder, 'page.ejs'), values, (_error, html) => pages.push(html))
    }
    expect(pages).toEqual(['a', 'b+', 'c'])
  })
})

describe('The views', () => {
  it('include others in the one way that is compiled with them', () => {
    const pages = filesBelow(['views'], '.ejs').filter(({ path }) => !path.includes('/mail/'))
    const [one, all] = [/<%- include\('\/[\w./-]+'(, \{.*\})?\) -%>/g, /include\(/g]
    const odd = pages.filter(
      ({ text }) => (text.match(one) ?? []).length !== (text.match(all) ?? []).length,
    )
    expect(pages.length).toBeGreaterThan(30)
    expect(odd).toEqual([])
  })
})
