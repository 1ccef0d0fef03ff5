// WHOSE SITE THIS IS: its name, its words and its colours.
// Its pictures are public/img/logo.svg, public/img/apple-touch-icon.png and public/favicon.ico.

/** A text by language. A language without one takes the English one. */
type Texts = { en: string; [locale: string]: string }

type Brand = {
  name: Texts
  /** In letters that a header can hold: for the log, the names of files, and the icon on a phone. */
  shortName: string
  /** The heading of the home page for whoever is not signed in. */
  welcome: Texts
  /** The sentence below every page. */
  footer: Texts
  /** What stands below every mail, above the site's address. */
  signature: Texts
  /** Links below every page, such as those to terms and to a privacy notice. */
  links: { address: string; text: Texts }[]
  /** The page's ground; links upon it, which need a contrast of 4.5 to 1 with it; buttons, which need it with white. */
  colours: Record<'light' | 'dark', { page: string; accent: string; button: string }>
}

export const brand: Brand = {
  name: { en: 'Sesame', 'zh-CN': '芝麻开门' },
  shortName: 'Sesame',
  welcome: { en: 'Open, Sesame!', 'zh-CN': '芝麻，开门！' },
  footer: {
    en: 'Sesame opens for those who know the word.',
    'zh-CN': '芝麻为知道口令的人开门。',
  },
  signature: { en: 'Sesame', 'zh-CN': '芝麻开门' },
  links: [],
  colours: {
    light: { page: '#f2f7f4', accent: '#007a50', button: '#007a50' },
    dark: { page: '#10151a', accent: '#00b478', button: '#007a50' },
  },
}

/** The text for a language. */
export function textIn(texts: Texts, locale: string): string {
  return texts[locale] ?? texts.en
}

/** What stands for {{site}}, {{welcome}}, {{footer}} and {{signature}} in the sentences of a language. */
export function sentenceWords(locale: string) {
  return {
    site: textIn(brand.name, locale),
    welcome: textIn(brand.welcome, locale),
    footer: textIn(brand.footer, locale),
    signature: textIn(brand.signature, locale),
  }
}

/** What the site is called, with and without spaces, in small letters: nobody may have it as a username, or made a password of it. */
export function siteWords(): string[] {
  const names = [brand.name, brand.welcome].flatMap((texts) => Object.values(texts))
  const plain = [brand.shortName, ...names].map((name) =>
    name.replace(/[^\p{L}\p{M}\p{N} ]/gu, '').toLowerCase(),
  )
  return [...new Set(plain.flatMap((name) => [name, name.replaceAll(' ', '')]))]
}
