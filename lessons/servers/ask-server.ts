// Asks a server of a lesson, which another process may have started: it has to prove that it is the one it is taken for.
import { request, type IncomingHttpHeaders } from 'node:http'
import { isKey, siteKey } from '../lib/site-key.ts'

/** One server of one pair. Its process is for people to read: nothing is ever killed by a number that lay in a database. */
export type Server = { pair: string; name: string; pid: number; port: number }
export type Answer = {
  headers: IncomingHttpHeaders
  trailers: NodeJS.Dict<string>
  body: string
}
type Question = { method?: string; path: string; headers?: Record<string, string> }

export const ASKED_HEADER = 'X-Lesson-Server-Asked'
export const ANSWERED_HEADER = 'X-Lesson-Server-Answered'
const TIMEOUT = 3000 // milliseconds
const TRIES = 3

/** What the site shows to a server of a pair, and what that shows to the site. Both are worthless when the server is gone. */
export function keysOf(secret: string, { pair, name }: Pick<Server, 'pair' | 'name'>) {
  return {
    asked: siteKey(secret, `server ${pair} ${name}, asked`),
    answered: siteKey(secret, `server ${pair} ${name}, answered`),
  }
}

/**
 * What a server of this machine answers. Undefined if nothing answers in three seconds, and if something else does: its port
 * may be another program's by now, which must neither be believed nor speak to a browser in the server's place.
 */
export async function askServer(
  server: Server,
  secret: string,
  question: Question,
): Promise<Answer | undefined> {
  const answer = await ask(server, secret, question)
  return typeof answer === 'string' ? undefined : answer
}

/** True if the server is there; one that takes its time is. */
export async function isUp(server: Server, secret: string): Promise<boolean> {
  return (await ask(server, secret, { path: '/alive' })) !== 'gone'
}

/** Have a server end itself as abruptly as if it were killed, and wait until it is gone. One that hangs is given up. */
export async function endServer(server: Server, secret: string): Promise<void> {
  await ask(server, secret, { method: 'POST', path: '/end' })
  for (let tries = 0; tries < TRIES && (await isUp(server, secret)); tries++);
}

async function ask(
  server: Server,
  secret: string,
  { method = 'GET', path, headers = {} }: Question,
): Promise<Answer | 'gone' | 'silent'> {
  const { asked, answered } = keysOf(secret, server)
  // A connection of its own: one that was kept may be closed by the other side in the very moment it is used.
  const target = { host: '127.0.0.1', port: server.port, agent: false, timeout: TIMEOUT }
  return new Promise((resolve) => {
    const gone = () => {
      resolve('gone')
    }
    const question = { ...target, method, path, headers: { ...headers, [ASKED_HEADER]: asked } }
    const asking = request(question, (answer) => {
      if (isKey(answer.headers[ANSWERED_HEADER.toLowerCase()] as string | undefined, answered)) {
        let body = ''
        answer.setEncoding('utf8').on('data', (text: string) => (body += text))
        answer.on('end', () => {
          resolve({ headers: answer.headers, trailers: answer.trailers, body })
        })
        answer.on('error', gone)
      } else {
        answer.destroy()
        gone()
      }
    })
    asking.on('timeout', () => {
      resolve('silent')
      asking.destroy()
    })
    asking.on('error', gone)
    asking.end()
  })
}
