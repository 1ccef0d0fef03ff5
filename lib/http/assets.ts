// The files of public/, and two that are made of config/site.ts, by their addresses: each has a plain one, and one with a fingerprint that changes with its content.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { packageFiles, publicDir } from '../../config/paths.ts'
import { brand } from '../../config/site.ts'

const FINGERPRINT = 12 // hexadecimal digits

/** What the build has compressed, by the name of the encoding, the best first. */
export const encodings = { br: '.br', gzip: '.gz' } as const
export type Encoding = keyof typeof encodings

export type Asset = {
  /** The address that pages name: of other content it is another one, so a browser may keep it for ever. */
  address: string
  fingerprint: string
  bytes: Buffer
  compressed: Partial<Record<Encoding, Buffer>>
}
export type Assets = Map<string, Asset>

/** Read all files, some hundred kilobytes, by their plain addresses; those of packages from there, where no build copied them. */
export function readAssets(folder = publicDir): Assets {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && !/\.(br|gz)$/.test(one.name))
    .map((one) => join(one.parentPath, one.name))
  const files = new Map(Object.entries(packageFiles))
  for (const path of paths) files.set(`/${relative(folder, path)}`, path)
  const made = [
    ['/css/colours.css', colours()],
    ['/site.webmanifest', manifest()],
  ] as const
  return new Map([
    ...made.map(([path, text]) => [path, asset(path, Buffer.from(text))] as const),
    ...[...files].map(([path, file]) => [path, read(path, file)] as const),
  ])
}

/** The plain address and the fingerprint of an address that has one. */
export function splitAddress(address: string): { path: string; fingerprint?: string } {
  const [, name, fingerprint, ending] = /^(.*)\.([\da-f]{12})(\.\w+)$/.exec(address) ?? []
  return fingerprint === undefined ? { path: address } : { path: `${name}${ending}`, fingerprint }
}

function colours(): string {
  const { light, dark } = brand.colours
  const rule = (names: object) =>
    `:root{${Object.entries(names)
      .map(([name, colour]) => `--${name}:${colour}`)
      .join(';')}}`
  return `${rule(light)}\n@media (prefers-color-scheme: dark){${rule(dark)}}\n`
}

function manifest(): string {
  return JSON.stringify({
    name: brand.name.en,
    short_name: brand.shortName,
    start_url: '/',
    display: 'browser',
    background_color: brand.colours.light.page,
    theme_color: brand.colours.light.accent,
    icons: [
      { src: '/img/logo.svg', sizes: 'any', type: 'image/svg+xml' },
      { src: '/img/apple-touch-icon.png', sizes: '180x180', type: 'image/png' },
    ],
  })
}

function read(path: string, file: string): Asset {
  const there = Object.entries(encodings).filter(([, ending]) => existsSync(file + ending))
  const compressed = Object.fromEntries(
    there.map(([encoding, ending]) => [encoding, readFileSync(file + ending)]),
  )
  return asset(path, readFileSync(file), compressed)
}

function asset(path: string, bytes: Buffer, compressed: Asset['compressed'] = {}): Asset {
  const fingerprint = createHash('sha256').update(bytes).digest('hex').slice(0, FINGERPRINT)
  const address = path.replace(/(\.\w+)$/, `.${fingerprint}$1`)
  return { address, fingerprint, bytes, compressed }
}
