// Style sheets, scripts and pictures: served before anything that could wait for the database.
import express, { Router, type Response } from 'express'
import { picoDir, publicDir } from '../config/paths.ts'
import { FILE } from './route-pattern.ts'

/** Serve public/, and Pico's style sheets from their package, so that no address outside the site is needed. */
export function assets(production: boolean): Router {
  const options = {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    maxAge: production ? '1h' : 0,
    setHeaders: (res: Response) => {
      res.locals.route = FILE // one word for all of them in the log
    },
  } as const
  return Router()
    .use(express.static(publicDir, options))
    .use('/css/pico', express.static(picoDir, options))
}
