// Style sheets, scripts and pictures: served before anything that could wait for the database.
import express, { Router } from 'express'
import { picoDir, publicDir } from '../config/paths.ts'

/** Serve public/, and Pico's style sheets from their package, so that no address outside the site is needed. */
export function assets(production: boolean): Router {
  const options = {
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    maxAge: production ? '1h' : 0,
  } as const
  return Router()
    .use(express.static(publicDir, options))
    .use('/css/pico', express.static(picoDir, options))
}
