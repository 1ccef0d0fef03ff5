// The headers that tell a browser what this site never does, so that injected markup can't do it either.
import type { HelmetOptions } from 'helmet'
import type { Settings } from './env.ts'
import { isHttps } from './session.ts'
import { DAY, SECOND } from './time.ts'

const ONE_YEAR = (365 * DAY) / SECOND // seconds

/** Helmet's options: a policy without inline script or style, and HTTPS-only rules just where HTTPS is in use. */
export function helmetOptions(settings: Settings): HelmetOptions {
  const https = isHttps(settings)
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        styleSrc: ["'self'"],
        manifestSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'], // Pico draws its ticks and arrows from data: addresses
        formAction: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    // Subdomains only where the operator says that all of them have TLS: a browser would refuse the others for a year.
    strictTransportSecurity: https
      ? { maxAge: ONE_YEAR, includeSubDomains: settings.hstsSubdomains }
      : false,
    // With "no-referrer" a browser would send "Origin: null" with our own forms. Pages of mailed links tell even this site
    // no more than their origin (middleware/mailed-link.ts).
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    // Only Internet Explorer knew the first, and over HTTPS browsers look no names up ahead: they would go with each file.
    xDownloadOptions: false,
    xDnsPrefetchControl: false,
  }
}

export const permissionsPolicy =
  'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()'

/** The policy of a caught mail's HTML: shown as a mail program shows it, and able to nothing else. */
export const mailSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"

/** The policy of the captcha's picture: shown as a picture or opened on its own, it can neither run nor load anything. */
export const pictureSecurityPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"
