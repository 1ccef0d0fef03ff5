// Users of the site under measurement: they come in through the front door, by captchas whose answers the database holds.
import { formRequest, HttpClient } from '../lib/http/client.ts'
import { storageId } from '../lib/session/storage-id.ts'
import { sessionIdOf, type Site } from './site.ts'
import { BROWSER_HEADERS, formOf, newAddress, type Fields } from './visitor.ts'

export type User = { username: string; email: string }
export type Member = User & { headers: Fields; html: string }
export type FormRequest = ReturnType<typeof formRequest>

const PASSWORD = 'a lantern in the cave'

/** A user whose name is as long as everybody's, so that pages are too. */
export function userOf(number: number): User {
  const username = `visitor-${String(number).padStart(8, '0')}`
  return { username, email: `${username}@example.com` }
}

/** A browser of somebody whom the throttles know nothing of. */
export function newClient({ url }: Pick<Site, 'url'>): HttpClient {
  return new HttpClient(url, { ...BROWSER_HEADERS, ...newAddress() })
}

/** Read a page; anything but 200 throws. */
export async function read(client: HttpClient, path: string): Promise<string> {
  const { status, text } = await client.send({ path })
  if (status !== 200) throw new Error(`${path} answered ${status}`)
  return text
}

/** Register and sign in, over HTTP; returns what /home then answers. */
export async function createMembers(site: Site, count: number): Promise<Member[]> {
  const members: Member[] = []
  for (let number = 0; number < count; number++) {
    const { username, email } = userOf(number)
    const client = newClient(site)
    for (const [path, fields] of [
      ['/register', { username, email }],
      ['/login', { username }],
    ] as const) {
      const { status } = await client.send(await prepareForm(site, client, path, fields))
      if (status !== 303) throw new Error(`POST ${path} answered ${status}`)
    }
    const first = await read(client, '/home')
    if (!first.includes(username)) throw new Error(`/home does not greet ${username}`)
    // Again, because the first page after a sign-in may hold what the others don't.
    const html = await read(client, '/home')
    members.push({ username, email, html, headers: client.nextHeaders })
  }
  return members
}

/** A sign-in that only has to be sent: its captcha has been looked at. */
export async function prepareSignIn(site: Site, { username }: User): Promise<FormRequest> {
  const client = newClient(site)
  const form = await prepareForm(site, client, '/login', { username })
  return { ...form, headers: { ...client.nextHeaders, ...form.headers } }
}

async function prepareForm(site: Site, client: HttpClient, path: string, fields: Fields) {
  const { hidden = {} } = formOf(await read(client, path), path) ?? {}
  await read(client, '/captcha')
  const captcha = await readAnswer(site, sessionIdOf(client.cookies.get('sid') ?? ''))
  return formRequest(path, { ...hidden, password: PASSWORD, captcha, ...fields })
}

// The text of the captcha that a session waits for.
async function readAnswer({ database }: Site, sid: string): Promise<string> {
  type Waiting = { _id: string; session?: { captcha?: { answers: string[] } } }
  const sessions = database.collection<Waiting>('sessions')
  const found = await sessions.findOne({ _id: storageId(sid) })
  return found?.session?.captcha?.answers[0] ?? ''
}
