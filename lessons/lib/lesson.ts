// What a lesson is made of: the real middleware with the options under study, and the words about it.
import type { Request, Response, Router } from 'express'
import type { LessonStores } from './stores.ts'
import type { Notes, Outcome } from './record.ts'

// What lessons put into their sessions, beside what the site itself does (middleware/session.ts).
declare module 'express-session' {
  interface SessionData {
    visits: number
    since: Date
    renewedAt: number
    /** What two tabs of one browser wrote, the quick one and the slow one. */
    quick: number
    slow: number
    /** The answer to a captcha. */
    code: string
  }
}

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- the way Express's own types are extended
  namespace Express {
    interface Request {
      /** The id of who looks at a lesson. */
      lessonVisitor?: string
    }
    interface Locals {
      /** What came of this request of a lesson. */
      outcome?: Outcome
    }
  }
}

/** The handouts whose snippets a lesson tries; "beyond" is what none of them tells. */
export type Handout = 1 | 2 | 3 | 4 | 5 | 'beyond'

export type Lesson = {
  /** The word in the address: /lessons/<name>, and the name of its route, view, test and sentences. */
  name: string
  /** The sources that the page shows, below lessons/; without it only the file of its name. */
  files?: string[]
  minutes: number
  handouts: Handout[]
  /** The names of its cookies. Only these are ever recorded or shown. */
  cookies: string[]
  /** The names of cookies in which it keeps something of its own: never recorded, and cleared when it begins anew. */
  unseen?: string[]
  /** Its page's script asks this server under its other loopback name. */
  asksOtherOrigin?: boolean
  /** Mount the real middleware and what can be tried; the addresses begin with `path`. */
  mount: (app: Router, tools: LessonTools) => void
  /** More that its view shows, beside what all lessons show. */
  look?: (visit: LessonVisit, tools: LessonTools) => Promise<object>
}

/** Where a lesson stands in the course, and the names of those before and after it. */
export type Place = { number: number; count: number; previous?: string; next?: string }

export type LessonTools = {
  /** Where the lesson's page is: its cookies should have this path, so that they travel nowhere else. */
  path: string
  /** Where a button leads back to: on that page to the buttons, beside what came of them, instead of to its top. */
  back: string
  /** A secret of this lesson alone, the same in every process. */
  secret: string
  stores: LessonStores
  /** Keep what was found out for whoever made this request; the view gets it as `notes`. */
  note: (req: Request, notes: Notes) => Promise<void>
  /** Where the lesson's collections are, for a process of its own. */
  mongoUrl: string
  dbName: string
  /** Do this when the site stops. */
  atTheEnd: (work: () => Promise<void>) => void
}

/** Who looks at a lesson: under which id their exchanges are kept, and the lesson's cookies that their browser sent. */
export type LessonVisit = {
  visitor: string
  cookies: Record<string, string>
  port: number
  /** This server under its other loopback name, which a browser takes for another site. */
  otherOrigin: string | undefined
}

/** Say beside this exchange what came of it, so that a class sees at a glance who was let in: the sentence lessons.<name>.outcome.<key>. Returns the response. */
export function setOutcome(res: Response, key: string, values: Outcome['values'] = {}): Response {
  res.locals.outcome = { key, values }
  return res
}
