// Middleware in a row as one: Express compares each piece's path and builds a call for it, which costs more than most pieces do.
import type { NextFunction, Request, RequestHandler, Response } from 'express'

/** Run these one after the other, as Express does: what throws, rejects or calls next with an error ends the row. */
export function chain(...pieces: (RequestHandler | RequestHandler[])[]): RequestHandler {
  const row = pieces.flat()
  return function runRow(req, res, next) {
    runFrom(row, 0, req, res, next)
  }
}

function runFrom(
  row: RequestHandler[],
  index: number,
  req: Request,
  res: Response,
  out: NextFunction,
): void {
  const piece = row[index]
  if (piece === undefined) {
    out()
  } else {
    const next = (error?: unknown) => {
      if (error === undefined) runFrom(row, index + 1, req, res, out)
      else out(error)
    }
    try {
      const done: unknown = piece(req, res, next as NextFunction)
      if (done instanceof Promise) done.catch(out)
    } catch (error) {
      out(error)
    }
  }
}
