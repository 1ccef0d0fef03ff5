// What the panes of a lesson show, for tests of lessons.
import { page, type Visitor } from '../visitor.ts'

/** A lesson as this visitor sees it now, the latest exchange first. */
export async function panesOf(visitor: Visitor, path: string) {
  const answer = await visitor.get(path)
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`)
  const shown = page(answer)
  const textOf = (selector: string) =>
    shown.querySelectorAll(selector).map(({ text }) => text.trim().replace(/\s+/g, ' '))
  return {
    shown,
    outcomes: textOf('.exchanges .outcome'),
    requests: textOf('.exchanges .request'),
    stored: textOf('#stored > pre:not(.change)'),
    operations: textOf('#stored h3 + p'),
    marked: textOf('#code mark').join('\n'),
    text: shown.querySelector('#try')?.text.replace(/\s+/g, ' ') ?? '',
  }
}
