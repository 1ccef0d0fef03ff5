// A mail's two forms, rendered from their views: HTML, and the same in plain text for who reads that.
import { join } from 'node:path'
import ejs from 'ejs'
import { viewsDir } from '../../config/paths.ts'

/** Render `views/mail/<name>.ejs` and `views/mail/<name>.text.ejs` with these values. Throws if a sentence is missing. */
export async function renderMail(
  name: string,
  values: object,
): Promise<{ html: string; text: string }> {
  const view = (extension: string) => join(viewsDir, 'mail', `${name}${extension}`)
  const options = { root: viewsDir, cache: true }
  const [html, text] = await Promise.all([
    ejs.renderFile(view('.ejs'), values, options),
    // Plain text has no markup that a name could break out of, and would show an escaped one as it is.
    ejs.renderFile(view('.text.ejs'), values, { ...options, escape: String }),
  ])
  return { html, text: text.trim().replace(/\n{3,}/g, '\n\n') + '\n' }
}
