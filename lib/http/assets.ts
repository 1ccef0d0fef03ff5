// The files of public/ by their addresses: each has a plain one, and one with a fingerprint that changes with its content.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { packageFiles, publicDir } from '../../config/paths.ts'

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
  return new Map([...files].map(([path, file]) => [path, read(path, file)]))
}

/** The plain address and the fingerprint of an address that has one. */
export function splitAddress(address: string): { path: string; fingerprint?: string } {
  const [, name, fingerprint, ending] = /^(.*)\.([\da-f]{12})(\.\w+)$/.exec(address) ?? []
  return fingerprint === undefined ? { path: address } : { path: `${name}${ending}`, fingerprint }
}

function read(path: string, file: string): Asset {
  const bytes = readFileSync(file)
  const fingerprint = createHash('sha256').update(bytes).digest('hex').slice(0, FINGERPRINT)
  const there = Object.entries(encodings).filter(([, ending]) => existsSync(file + ending))
  return {
    address: path.replace(/(\.\w+)$/, `.${fingerprint}$1`),
    fingerprint,
    bytes,
    compressed: Object.fromEntries(
      there.map(([encoding, ending]) => [encoding, readFileSync(file + ending)]),
    ),
  }
}
