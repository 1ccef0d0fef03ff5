// Plain text with the addresses of one site in it, taken apart so that a page can make links of these.

export type Part = { text: string; href?: string }

/** The text in its order; the parts that are an address below this one have a `href`. No other address becomes a link. */
export function textAndLinks(text: string, baseUrl: string): Part[] {
  return text
    .split(/(\s+)/)
    .filter((part) => part !== '')
    .map((part) =>
      part === baseUrl || part.startsWith(`${baseUrl}/`)
        ? { text: part, href: part }
        : { text: part },
    )
}
