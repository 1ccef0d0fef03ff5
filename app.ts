// The site as one Express application: settings, middleware, routes, 404, errors. It is given a database and does not listen.
import express, { Router, type Express } from 'express'
import type { Connection } from 'mongoose'
import type { Settings } from './config/env.ts'
import type { Logger } from './config/logger.ts'
import { viewsDir } from './config/paths.ts'
import type { Metrics } from './lib/metrics.ts'
import { setConcurrency } from './lib/password/queue.ts'
import { useEncryptionKeys } from './lib/field-encryption.ts'
import type { SessionCache } from './lib/session/cache.ts'
import { openSessionStore } from './lib/session/open.ts'
import { usePepper } from './lib/password.ts'
import { readAssets } from './lib/http/assets.ts'
import { viewEngine } from './lib/http/views.ts'
import { assets } from './middleware/assets.ts'
import { body } from './middleware/form/body.ts'
import { cookies } from './middleware/cookies.ts'
import { cors } from './middleware/cors.ts'
import { csrf } from './middleware/form/csrf.ts'
import { currentUser } from './middleware/session/current-user.ts'
import { databaseReady } from './middleware/gate/database-ready.ts'
import { errors, notFound } from './middleware/answer/errors.ts'
import { flash } from './middleware/answer/flash.ts'
import { headers } from './middleware/headers.ts'
import { otherHosts, refuseMisdirected } from './middleware/address/host.ts'
import { longRequests, refuseTooLong } from './middleware/address/length.ts'
import { refuseInsecure } from './middleware/form/https.ts'
import { refuseWhileClosed } from './middleware/gate/maintenance.ts'
import { usePrototypes, type Prototypes } from './middleware/prototypes.ts'
import { layout } from './middleware/answer/layout.ts'
import type { Lessons } from './middleware/lessons.ts'
import { locale } from './middleware/locale.ts'
import { countRequests } from './middleware/log/metrics.ts'
import { pages, pathsOf } from './middleware/page.ts'
import { plainSpelling } from './middleware/address/plain-spelling.ts'
import { representation } from './middleware/answer/representation.ts'
import { repeats } from './middleware/form/repeat.ts'
import { requestLog } from './middleware/log/request-log.ts'
import { sameSite } from './middleware/form/same-site.ts'
import { resign } from './middleware/session/resign.ts'
import { saveFirst } from './middleware/session/save-first.ts'
import { refusalEvents } from './middleware/log/security-events.ts'
import { sessions } from './middleware/session.ts'
import type { Readiness } from './middleware/settings.ts'
import { withoutSession, withSession } from './routes/index.ts'

/** What the site is built from: given by whoever starts it, or tests it. */
export type Dependencies = {
  settings: Settings
  database: Connection
  logger: Logger
  /** The lessons, for a site that has them: whoever starts the site loads them, or does not. */
  lessons?: Lessons | undefined
  /** What the server makes its requests and responses of. */
  prototypes?: Prototypes
  /** Set by whoever stops the process when that begins. */
  readiness?: Readiness
  /** Where sessions are kept between requests, for a process that is the only one to change them. */
  sessionCache?: SessionCache | undefined
  /** Counts what happens, on a site that shows its metrics to somebody. */
  metrics?: Metrics | undefined
}

/** Build the site. The database has to be connected and its indexes built before the first request. */
export function createApp({
  settings,
  database,
  logger,
  lessons,
  prototypes,
  readiness = { isStopping: false },
  sessionCache,
  metrics,
}: Dependencies): Express {
  const app = express()
  const { offerToken, requireToken } = csrf(settings)
  // While somebody works on them they are read anew each time.
  const [development, readOnce] = [settings.environment === 'development', readAssets()]
  const files = () => (development ? readAssets() : readOnce)

  if (prototypes) usePrototypes(app, prototypes)

  // Settings
  app.disable('x-powered-by')
  app.set('trust proxy', settings.trustProxy)
  app.set('route patterns', pathsOf([...withoutSession, ...withSession, ...(lessons?.rows ?? [])]))
  app.set('settings', settings)
  app.set('readiness', readiness)
  app.set('metrics', metrics)
  app.set('frame parts', lessons?.frame)
  if (lessons) app.set('etag', false) // the x-ray of a page differs each time, though the page may not
  app.set('views', viewsDir)
  app.set('view engine', 'ejs')
  app.engine('ejs', viewEngine(viewsDir, !development))
  app.locals.asset = (path: string) => files().get(path)?.address ?? path
  app.set('view cache', !development)
  usePepper(settings.passwordPepper)
  useEncryptionKeys(settings.encryptionKeys)
  setConcurrency(settings.workers)

  // Middleware, in the order a request meets it. What needs no database comes first and never waits for it.
  const language = [
    ...cookies(settings, lessons?.cookies ?? []),
    locale(settings), // so that every refusal below speaks the visitor's language
    flash(settings),
    representation,
  ]
  const openToAll = pages(withoutSession, requireToken)
  const tooLong = Router().use(language, refuseTooLong)
  const misdirected = Router().use(language, openToAll, refuseMisdirected)
  app.use(
    plainSpelling,
    headers(settings),
    requestLog(app, logger),
    metrics ? countRequests(metrics) : [],
    layout,
    longRequests(tooLong),
    otherHosts(settings, (req) => lessons?.isOwnClient(req) ?? false, misdirected),
    assets(files, settings.production), // the same for everybody, so before language and cookies
    cors(settings), // before everything that refuses, so that a script may read why
    language,
    openToAll,
  )
  app.use(
    refuseInsecure,
    sameSite(settings), // before the body: what comes from elsewhere is not even read
    body(),
    databaseReady(database),
    refuseWhileClosed(settings),
  )
  if (lessons) app.use(...lessons.beforeSessions) // so that lessons can neither read nor disturb the site's sessions
  const observers = { cache: sessionCache, watch: lessons?.watch, metrics }
  const store = openSessionStore(settings, database, observers)
  app.set('session store', store)
  app.use(
    repeats(settings), // before the sessions: a repeat may come with the cookie of one that is over
    sessions(settings, store),
    saveFirst,
    resign(settings),
    currentUser,
    offerToken,
  )

  // Routes
  app.use(pages([...withSession, ...(lessons?.rows ?? [])], requireToken))

  // What nothing answered, and what went wrong
  app.use(notFound)
  app.use(refusalEvents)
  app.use(errors)

  return app
}
