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
  const places = readdirSync(publicDir, { withFileTypes: true }).map((one) =>
    one.isDirectory() ? `/${one.name}/` : `/${one.name}`,
  )
  return function serveFiles(req, res, next) {
    // For a page the disk would be asked in vain. Escaped letters can be any file's, so there it is asked all the same.
    if (places.some((place) => req.url.startsWith(place)) || req.url.includes('%')) {
      files(req, res, next)
    } else {
      next()
    }
  }
}
