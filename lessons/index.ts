// GET /lessons: the teaching pages in their order. This file is loaded only where LESSONS is on.
import type { Request, Response } from 'express'
import type { Connection } from 'mongoose'
import type { Settings } from '../config/env.ts'
import { anyone } from '../middleware/access.ts'
import type { Lesson } from './lib/lesson.ts'
import { mountLessons, type Lessons } from './lib/mount.ts'
import { captcha } from './captcha.ts'
import { expiry } from './expiry.ts'
import { firstVisit } from './first-visit.ts'
import { idle } from './idle.ts'
import { resave } from './resave.ts'
import { signIn } from './sign-in.ts'
import { touchAfter } from './touch-after.ts'
import { uninitialized } from './uninitialized.ts'
import { cookieSessions } from './cookie-session.ts'
import { crossOrigin } from './cross-origin.ts'
import { fixation } from './fixation.ts'
import { flags } from './flags.ts'
import { md5 } from './md5.ts'
import { races } from './races.ts'
import { secret } from './secret.ts'
import { servers } from './servers.ts'
import { visits } from './visits.ts'

/** Every lesson, in the order in which a class meets them. */
export const lessons: Lesson[] = [
  firstVisit,
  visits,
  signIn,
  expiry,
  idle,
  uninitialized,
  resave,
  touchAfter,
  servers,
  secret,
  flags,
  captcha,
  crossOrigin,
  cookieSessions,
  fixation,
  md5,
  races,
]

export function show(_req: Request, res: Response) {
  const list = lessons.map(({ name, minutes, documents }) => ({ name, minutes, documents }))
  res.render('lessons', { lessons: list })
}

/** The lessons of this site, and the page that lists them. */
export function openLessons(settings: Settings, database: Connection): Lessons {
  const { rows, ...rest } = mountLessons(lessons, settings, database)
  return { ...rest, rows: [['/lessons', anyone, { show }], ...rows] }
}
