// Which row of the map a request belongs to, as a word for the log and the metrics.
import type { Request, Response } from 'express'

export const FILE = '(static)'
const NOWHERE = '(none)'

/**
 * The row's path as the map has it, `/password-reset/:token`, or a fixed word where no page answered.
 * Never the address itself: it may hold a key, and whoever makes addresses up would make lines and metrics without end.
 */
export function routeOf(req: Request, res: Response): string {
  const { path } = (req.route ?? {}) as { path?: string }
  if (res.locals.route !== undefined) return res.locals.route
  if (path !== undefined && req.baseUrl === '') return path
  if (res.statusCode === 404) return NOWHERE
  return patternOf(req) ?? NOWHERE
}

// What was refused before the map was reached, because the database is away or the form comes from elsewhere.
function patternOf(req: Request): string | undefined {
  const [path = ''] = req.originalUrl.split('?')
  const requested = partsOf(path)
  return (req.app.get('route patterns') as string[]).find((pattern) => {
    const parts = partsOf(pattern)
    const fits = (part: string, index: number) => part.startsWith(':') || part === requested[index]
    return parts.length === requested.length && parts.every(fits)
  })
}

function partsOf(path: string): string[] {
  return path.toLowerCase().split('/').filter(Boolean)
}
