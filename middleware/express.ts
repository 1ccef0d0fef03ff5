// What the site's middleware adds to Express's requests and responses, so that types know it wherever they are used.
import type { Locale, Translate } from '../config/i18n.ts'
import type { Logger } from '../config/logger.ts'
import type { Typed } from '../lib/form.ts'
import type { PasswordState } from '../models/account/passkeys/ways-in.ts'
import type { Notice } from './answer/flash.ts'
import type { TurnedAway } from './answer/problem.ts'
import type { CurrentUser } from './session/current-user.ts'

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- the way Express's own types are extended
  namespace Express {
    interface Request {
      id: string
      /** Writes lines that carry the request's id. */
      log: Logger
      user?: CurrentUser
    }
    interface Response {
      /** What went wrong, for the request's line. */
      err?: Error
      /** More fields of the request's line. */
      logged?: Record<string, number | undefined>
      /** Show this notice on the next page that is rendered for this visitor. */
      flash: (notice: Notice) => void
      /** Turn somebody away from a page: they are sent to another path with the reason, or in JSON get the reason alone. */
      turnAway: (why: TurnedAway, to: string, notice?: Notice) => void
      /** Answer with a PNG that counts for so many seconds. */
      picture: (png: Buffer, expiresIn: number) => void
    }
    interface Locals {
      // Missing only where a request failed before its language was known.
      locale?: Locale
      t?: Translate
      /** The token for the forms of the page that is being rendered. */
      csrfToken?: () => string
      /** True if this request carries a token of ours. */
      hasToken?: () => boolean
      /** The notice to show, if there is one; it is shown once. */
      takeNotice?: () => Notice | undefined
      /** What the fields of the page's form show, where its handler does not say. */
      typed?: Typed
      /** Whether the member has a password, at the pages that would ask for it. */
      passwordState?: PasswordState
      /** True if the visitor would rather have JSON than a page. */
      isJson?: boolean
      /** The page that is the answer, for middleware/form/repeat.ts. */
      sentPage?: string
      /** Set where something else than a row of the map answers. */
      route?: string
      /** Where other pages lead back to instead of here, where the address is a secret. */
      wayBack?: string
    }
  }
}
