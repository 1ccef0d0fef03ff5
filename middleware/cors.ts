// Which front ends on other origins may use the site from a browser: those in CORS_ORIGINS, and nobody else (ASVS 3.4.2).
import crossOrigin, { type CorsOptions } from 'cors'
import type { RequestHandler } from 'express'
import type { Settings } from '../config/env.ts'

const PREFLIGHT_TTL = 600 // seconds: no browser asks again so long

/**
 * Let scripts of listed origins read the answers, refusals too, and send cookies. Others get no header of it at all.
 * Never "*", and no origin echoed unseen: with cookies that would open every member's pages to every site.
 */
export function cors({ corsOrigins }: Settings): RequestHandler {
  const allow = crossOrigin((req, done) => {
    const isListed = corsOrigins.includes(req.headers.origin ?? '')
    const isPreflight = req.headers['access-control-request-method'] !== undefined
    // An OPTIONS that is no preflight is answered by its page.
    done(null, isListed ? { ...rules, origin: corsOrigins, preflightContinue: !isPreflight } : none)
  })
  return function allowListedOrigins(req, res, next) {
    if (corsOrigins.length === 0) {
      next()
    } else {
      res.vary('Origin')
      allow(req, res, next)
    }
  }
}

const none: CorsOptions = { origin: false }

const rules: CorsOptions = {
  credentials: true,
  methods: ['GET', 'POST'],
  allowedHeaders: ['Accept', 'Content-Type', 'X-CSRF-Token'],
  exposedHeaders: ['Retry-After', 'X-Request-Id'],
  maxAge: PREFLIGHT_TTL,
}
