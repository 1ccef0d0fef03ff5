// What all visitors have in common, in measurements and in the soak: an address, what a browser sends, and how a form is read.
import { parse } from 'node-html-parser'

export type Fields = Record<string, string>
export type Form = { action: string; hidden: Fields; picture: string | undefined }

/** What every request carries, as a browser's does. */
export const BROWSER_HEADERS = { Accept: 'text/html', 'Accept-Language': 'en' }

let addresses = 0

/** A header with an address that nobody was counted under yet: throttles are on, as in production. */
export function newAddress(): Fields {
  const number = ++addresses
  return { 'X-Forwarded-For': `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}` }
}

/** The form of a page that was read from this path; undefined if it has none. */
export function formOf(html: string, path: string): Form | undefined {
  const form = parse(html).querySelector('main form')
  if (!form) return undefined
  const hidden = form
    .querySelectorAll('input[type=hidden]')
    .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? ''])
  return {
    action: form.getAttribute('action') ?? path,
    hidden: Object.fromEntries(hidden) as Fields,
    picture: form.querySelector('img[src^="/captcha"]')?.getAttribute('src'),
  }
}
