// All lessons as one part of the site: their own middleware under their own addresses, and their pages for the map.
import { Router, type RequestHandler } from 'express'
import type { Connection } from 'mongoose'
import type { Settings } from '../../config/env.ts'
import { siteKey } from './site-key.ts'
import { LessonStores } from './stores.ts'
import { watched } from './watch.ts'
import { keepNotes } from './record.ts'
import { anyone } from '../../middleware/access.ts'
import type { Lessons } from '../../middleware/lessons.ts'
import type { Row } from '../../middleware/page.ts'
import { throttleLessons } from '../../middleware/throttle.ts'
import type { Lesson, LessonTools, Place } from './lesson.ts'
import { lessonPage, VIEW } from './page.ts'
import { recorder } from './recorder.ts'
import { isLessonClient, useClientKey } from './lesson-client.ts'
import { lessonVisitor, VISITOR, visitorOf } from './visitor.ts'
import { xRay } from './x-ray.ts'

type Work = () => Promise<void>

/**
 * Mount lessons. Their own middleware answers below /lessons/<name>/try and stands before the site's sessions, which it can
 * therefore neither read nor change. Their forms carry no token: all that they change is a session of a lesson.
 */
export function mountLessons(lessons: Lesson[], settings: Settings, database: Connection): Lessons {
  const apps = Router()
  const rows: Row[] = []
  const ends: Work[] = []
  useClientKey(siteKey(secretOf(settings), 'lesson clients'))
  for (const [index, lesson] of lessons.entries()) {
    const tools = toolsFor(lesson, settings, database, ends)
    const app = Router()
    lesson.mount(app, tools)
    apps.use(
      `${tools.path}/try`,
      begin(tools),
      lessonVisitor,
      throttleLessons,
      recorder(lesson, tools.stores),
      app,
    )
    rows.push([
      tools.path,
      [anyone, lessonVisitor],
      lessonPage(lesson, placeOf(index, lessons), tools),
    ])
  }
  const close = async () => {
    await Promise.all(ends.map((end) => end()))
  }
  return {
    beforeSessions: [apps, lessonVisitor, xRay(database)],
    rows,
    cookies: [
      VISITOR,
      VIEW,
      ...lessons.flatMap(({ cookies, unseen = [] }) => [...cookies, ...unseen]),
    ],
    frame: { links: ['lessons'], styles: ['/css/lessons.css'], scripts: ['/js/lessons.js'] },
    isOwnClient: isLessonClient,
    watch: watched,
    close,
  }
}

function placeOf(index: number, lessons: Lesson[]): Place {
  const [previous, next] = [lessons[index - 1]?.name, lessons[index + 1]?.name]
  return {
    number: index + 1,
    count: lessons.length,
    ...(previous === undefined ? {} : { previous }),
    ...(next === undefined ? {} : { next }),
  }
}

function toolsFor(
  lesson: Lesson,
  settings: Settings,
  database: Connection,
  ends: Work[],
): LessonTools {
  const path = `/lessons/${lesson.name}`
  return {
    path,
    back: `${path}#try`,
    secret: siteKey(secretOf(settings), `lesson ${lesson.name}`),
    stores: new LessonStores(database, lesson.name),
    note: (req, notes) => keepNotes(visitorOf(req), lesson.name, notes),
    mongoUrl: settings.mongoUrl ?? '',
    dbName: database.name,
    atTheEnd: (work) => ends.push(work),
  }
}

function begin({ path, stores }: LessonTools): RequestHandler {
  return function beginRequestOfLesson(_req, res, next) {
    res.locals.route = `${path}/try` // below it a lesson routes by itself, which the log need not tell
    stores.purgeNowAndThen()
    next()
  }
}

// All processes of a site have it, and so agree on what is made from it.
function secretOf({ sessionSecrets: [secret = ''] }: Settings): string {
  return secret
}
