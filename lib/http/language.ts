// Tells the browser and the screen reader which sentences of a page are in the default language instead of the page's own.
import { DEFAULT_LOCALE, FALLBACK_MARKS } from '../../config/i18n.ts'

const [BEGIN, END] = FALLBACK_MARKS
const MARKED = new RegExp(`${BEGIN}([^${BEGIN}${END}]*)${END}`, 'g')
const MARKS = new RegExp(`[${BEGIN}${END}]`, 'g')
// A tag, or an element whose content is text alone: neither can hold an element.
const WITHOUT_ELEMENTS = /<(title|option|textarea|script|style)\b[^]*?<\/\1>|<[^>]*>/g

/** Make of the marks of `pageTranslator` elements with a `lang` (WCAG 3.1.2), where markup may stand, and nothing elsewhere. */
export function markLanguage(html: string): string {
  if (!html.includes(BEGIN)) return html
  const plain = html.replace(WITHOUT_ELEMENTS, (part) => part.replace(MARKS, ''))
  return plain.replace(MARKED, `<span lang="${DEFAULT_LOCALE}">$1</span>`).replace(MARKS, '')
}
