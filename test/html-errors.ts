// What html-validate says of a page of this site.
import { HtmlValidate } from 'html-validate'

const validator = new HtmlValidate({ root: true, extends: ['html-validate:recommended'] })

/** What html-validate finds wrong in a page, a sentence each. */
export async function errorsIn(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html)
  return results.flatMap(({ messages }) =>
    messages
      .filter(({ line, ruleId }) => ruleId !== 'wcag/h32' || !isForScript(html, line))
      .map(({ line, ruleId, message }) => `line ${line}, ${ruleId}: ${message}`),
  )
}

// The form of a passkey gets its button from the script without which it is of no use.
function isForScript(html: string, line: number): boolean {
  return html.split('\n')[line - 1]?.includes('data-passkey') ?? false
}
