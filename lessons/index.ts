// The teaching wing: the lessons in their order, and the page that lists them. Loaded only where LESSONS is on.
import { join } from 'node:path'
import type { Request, Response } from 'express'
import type { Connection } from 'mongoose'
import encodeQr from 'qr'
import type { Settings } from '../config/env.ts'
import { addSentences } from '../config/i18n.ts'
import { root } from '../config/paths.ts'
import { anyone } from '../middleware/access.ts'
import type { Lessons } from '../middleware/lessons.ts'
import { settingsOf } from '../middleware/settings.ts'
import type { Row } from '../middleware/page.ts'
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

/** What fills a class of so many minutes; what is left of them is for questions. */
export const plans = {
  beginning: { minutes: 45, lessons: [firstVisit, visits, signIn, expiry, flags] },
  failing: {
    minutes: 90,
    lessons: [firstVisit, visits, uninitialized, resave, servers, secret, fixation, races, captcha],
  },
  keeping: {
    minutes: 90,
    lessons: [signIn, md5, idle, touchAfter, cookieSessions, crossOrigin, flags],
  },
}

/** Open the lessons for a site. Throws if a locale file is missing or broken. */
export function openLessons(settings: Settings, database: Connection): Lessons {
  addWords()
  const { rows, ...rest } = mountLessons(lessons, settings, database)
  return { ...rest, rows: [...pages, ...rows] }
}

/** Give the site's translator the sentences of the lessons. */
export function addWords(): void {
  addSentences(join(root, 'lessons', 'locales'))
}

const pages: Row[] = [
  ['/lessons', anyone, { show }],
  ['/lessons/answers', anyone, { show: showAnswers }],
  ['/lessons/qr.svg', anyone, { show: sendQrCode }],
]

function show(req: Request, res: Response): void {
  const list = lessons.map(({ name, minutes }) => ({ name, minutes }))
  const schedules = Object.entries(plans).map(([name, plan]) => ({
    name,
    schedule: scheduleOf(plan.lessons),
  }))
  res.render('lessons/index', {
    view: 'lessons',
    lessons: list,
    plans: schedules,
    address: addressOf(req),
  })
}

function showAnswers(_req: Request, res: Response): void {
  res.render('lessons/answers', { view: 'lessons', lessons: lessons.map(({ name }) => ({ name })) })
}

// What the students' phones read from the screen: the address of the list.
function sendQrCode(req: Request, res: Response): void {
  res.type('image/svg+xml').send(encodeQr(addressOf(req), 'svg'))
}

// By the site's own setting and not by what the request calls it: a class has to come by this very address.
function addressOf(req: Request): string {
  return `${settingsOf(req).baseUrl}/lessons`
}

/** When each of these lessons begins and ends, in minutes, one after another. */
export function scheduleOf(some: Lesson[]): { name: string; from: number; to: number }[] {
  let to = 0
  return some.map(({ name, minutes }) => ({ name, from: to, to: (to += minutes) }))
}
