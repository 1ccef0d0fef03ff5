// Style sheets, scripts and pictures: served before anything that could wait for the database.
import { readdirSync } from 'node:fs'
import express, { Router, type RequestHandler, type Response } from 'express'
import { picoDir, publicDir } from '../config/paths.ts'
import { FILE } from './log/route-pattern.ts'

/** Serve public/, and Pico's style sheets from their package, so that no address outside the site is needed. */
export function assets(production: boolean): RequestHandler {
  const options = {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    maxAge: production ? '1h' : 0,
    setHeaders: (res: Response) => {
      res.locals.route = FILE // one word for all of them in the log
    },
  } as const
  const files = Router()
    .use(express.static(publicDir, options))
    .use('/css/pico', express.static(picoDir, options))
  const prefixes = readdirSync(publicDir, { withFileTypes: true }).map((one) =>
    one.isDirectory() ? `/${one.name}/` : `/${one.name}`,
  )
  return function serveFiles(req, res, next) {
    // For the address of a page the disk is not searched. Escaped letters may stand for any file's name: there it is.
    if (prefixes.some((prefix) => req.url.startsWith(prefix)) || req.url.includes('%')) {
      files(req, res, next)
    } else {
      next()
    }
  }
}
