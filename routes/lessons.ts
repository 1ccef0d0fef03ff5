// GET /lessons: the teaching pages in their order. This file is loaded only where LESSONS is on.
import type { Request, Response } from 'express'
import type { Connection } from 'mongoose'
import type { Settings } from '../config/env.ts'
import { anyone } from '../middleware/access.ts'
import type { Lesson } from '../middleware/lessons/lesson.ts'
import { mountLessons, type Lessons } from '../middleware/lessons/mount.ts'
import { captcha } from './lessons/captcha.ts'
import { expiry } from './lessons/expiry.ts'
import { firstVisit } from './lessons/first-visit.ts'
import { idle } from './lessons/idle.ts'
import { resave } from './lessons/resave.ts'
import { signIn } from './lessons/sign-in.ts'
import { touchAfter } from './lessons/touch-after.ts'
import { uninitialized } from './lessons/uninitialized.ts'
import { cookieSessions } from './lessons/cookie-session.ts'
import { crossOrigin } from './lessons/cross-origin.ts'
import { fixation } from './lessons/fixation.ts'
import { flags } from './lessons/flags.ts'
import { md5 } from './lessons/md5.ts'
import { races } from './lessons/races.ts'
import { secret } from './lessons/secret.ts'
import { servers } from './lessons/servers.ts'
import { visits } from './lessons/visits.ts'

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
