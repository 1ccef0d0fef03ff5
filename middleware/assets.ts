// Style sheets, scripts and pictures: served before anything that could wait for the database.
import { extname } from 'node:path'
import type { Request, RequestHandler } from 'express'
import {
  encodings,
  splitAddress,
  type Asset,
  type Assets,
  type Encoding,
} from '../lib/http/assets.ts'
import { FILE } from './log/route-pattern.ts'

const ENCODINGS = Object.keys(encodings) as Encoding[]

/** Serve the files, compressed where the build has done that: they hold nobody's secret (BREACH), unlike pages. */
export function assets(files: () => Assets, production: boolean): RequestHandler {
  const isShort = `public, max-age=${production ? 3600 : 0}`
  return function serveFile(req, res, next) {
    const { path, fingerprint } = splitAddress(decoded(req.path))
    const asset = ['GET', 'HEAD'].includes(req.method) ? files().get(path) : undefined
    if (!asset) {
      next()
      return
    }
    const encoding = encodingFor(req, asset)
    const bytes = (encoding && asset.compressed[encoding]) ?? asset.bytes
    res.locals.route = FILE // one word for all of them in the log
    res.type(extname(path))
    res.set('Cache-Control', cacheFor(asset, fingerprint, isShort))
    res.set('ETag', `"${asset.fingerprint}${encoding ? `-${encoding}` : ''}"`)
    res.vary('Accept-Encoding') // a cache between does not give the compressed file to whoever can't read it
    if (req.fresh) {
      res.status(304).end()
    } else {
      if (encoding) res.set('Content-Encoding', encoding)
      res.set('Content-Length', String(bytes.length))
      res.end(bytes)
    }
  }
}

// Under its own fingerprint a file never changes. Under another one, of a page from before or after an upgrade, nobody keeps it:
// otherwise a browser could show old looks for a year.
function cacheFor(asset: Asset, fingerprint: string | undefined, isShort: string): string {
  if (fingerprint === undefined) return isShort
  return fingerprint === asset.fingerprint ? 'public, max-age=31536000, immutable' : 'no-store'
}

function encodingFor(req: Request, { compressed }: Asset): Encoding | undefined {
  return ENCODINGS.find((one) => compressed[one] && req.acceptsEncodings(one) === one)
}

// Escaped letters may stand for any file's name.
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
