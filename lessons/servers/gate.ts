// The door of one of the two servers: it opens to the processes of the site, whichever of them started it.
import { Router } from 'express'
import { ANSWERED_HEADER, ASKED_HEADER, keysOf, type Server } from './ask-server.ts'
import { isKey } from '../lib/site-key.ts'

/** Refuse everybody else on this machine, prove with each answer who answers, and end this process when the site asks. */
export function gate(server: Pick<Server, 'pair' | 'name'> & { secret: string }): Router {
  const { asked, answered } = keysOf(server.secret, server)
  const router = Router()
  router.use((req, res, next) => {
    if (isKey(req.get(ASKED_HEADER), asked)) {
      res.set(ANSWERED_HEADER, answered)
      next()
    } else {
      res.status(404).end()
    }
  })
  router.get('/alive', (_req, res) => {
    res.end()
  })
  router.post('/end', () => {
    process.kill(process.pid, 'SIGKILL') // as abruptly as a server dies, with all that it had in memory
  })
  return router
}
