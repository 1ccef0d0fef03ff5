// The teaching wing: the lessons in their order, and the page that lists them. Loaded only where LESSONS is on.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Request, Response } from 'express'
import type { Connection } from 'mongoose'
import type { Settings } from '../config/env.ts'
import { addSentences, LOCALES } from '../config/i18n.ts'
import { root } from '../config/paths.ts'
import { anyone } from '../middleware/access.ts'
import type { Lessons } from '../middleware/lessons.ts'
import type { Lesson } from './lib/lesson.ts'
import { mountLessons } from './lib/mount.ts'
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

export { ownServers } from './servers/owner.ts'

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

/** Open the lessons for a site. Throws if a locale file is missing or broken. */
export function openLessons(settings: Settings, database: Connection): Lessons {
  addWords()
  const { rows, ...rest } = mountLessons(lessons, settings, database)
  return { ...rest, rows: [['/lessons', anyone, { show }], ...rows] }
}

/** Give the site's translator the sentences of the lessons. */
export function addWords(): void {
  for (const locale of LOCALES) {
    const file = join(root, 'lessons', 'locales', `${locale}.json`)
    const { lessons: sentences } = JSON.parse(readFileSync(file, 'utf8')) as { lessons: object }
    addSentences(locale, { lessons: sentences })
  }
}

function show(_req: Request, res: Response): void {
  const list = lessons.map(({ name, minutes }) => ({ name, minutes }))
  res.render('lessons/index', { view: 'lessons', lessons: list })
}
