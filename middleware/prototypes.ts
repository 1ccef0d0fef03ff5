// Requests and responses that are of the application's own kind from their birth, instead of being turned into it one by one.
import { IncomingMessage, ServerResponse } from 'node:http'
import type { Express } from 'express'

export type Prototypes = {
  IncomingMessage: typeof IncomingMessage
  ServerResponse: typeof ServerResponse
}

/** A kind of request and of response for one server, and for the one application that adopts them. */
export function createPrototypes(): Prototypes {
  class SiteRequest extends IncomingMessage {}
  class SiteResponse extends ServerResponse {}
  return { IncomingMessage: SiteRequest, ServerResponse: SiteResponse as typeof ServerResponse }
}

/**
 * Make them the application's. Express sets the prototype of each request and response to its own: an object whose
 * prototype changes gets a hidden class that no other has, and V8 then has to look up each of its properties anew, some
 * two hundred for a page, which took a third of the time of /home. Where the prototype is the right one already, nothing changes.
 */
export function usePrototypes(app: Express, prototypes: Prototypes): void {
  app.request = under(prototypes.IncomingMessage.prototype, app.request)
  app.response = under(prototypes.ServerResponse.prototype, app.response)
}

function under<T extends object>(prototype: object, express: T): T {
  return Object.setPrototypeOf(prototype, express) as T
}
