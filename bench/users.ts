// Users of the site under measurement: they come in through the front door, by captchas whose answers the database holds.
import { formRequest, HttpClient } from '../lib/http/client.ts'
import { storageId } from '../lib/session/storage-id.ts'
import { sessionIdOf, type Site } from './site.ts'
import { BROWSER_HEADERS, formOf, newAddress, type Fields } from './visitor.ts'

export type User = { username: string; email: string }
export type Member = User & { headers: Fields; html: string }

const PASSWORD = 'a lantern in the cave'

/** A user whose name is as long as everybody's, so that pages are too. */
export function userOf(number: number): User {
  const username = `visitor-${String(number).padStart(8, '0')}`
  return { username, email: `${username}@example.com` }
}

/** A browser of somebody whom the throttles know nothing of. */
export function newClient({ url }: { url: string }): HttpClient {
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
    await submit(site, client, '/register', { username, email })
    await submit(site, client, '/login', { username })
    const first = await read(client, '/home')
    if (!first.includes(username)) throw new Error(`/home does not greet ${username}`)
    // Again, because the first page after a sign-in may hold what the others don't.
    const html = await read(client, '/home')
    members.push({ username, email, html, headers: client.nextHeaders })
  }
  return members
}

/** So many sign-ins that only have to be sent: their captchas have been looked at. */
export async function prepareSignIns(site: Site, count: number, nextUser: () => User) {
  const signIns: ReturnType<typeof formRequest>[] = []
  while (signIns.length < count) {
    const client = newClient(site)
    const { username } = nextUser()
    const form = await prepareForm(site, client, '/login', { username })
    signIns.push({ ...form, headers: { ...client.nextHeaders, ...form.headers } })
  }
  return signIns
}

async function submit(site: Site, client: HttpClient, path: string, fields: Fields) {
  const { status } = await client.send(await prepareForm(site, client, path, fields))
  if (status !== 303) throw new Error(`POST ${path} answered ${status}`)
}

async function prepareForm({ database }: Site, client: HttpClient, path: string, fields: Fields) {
  type Waiting = { _id: string; session?: Record<string, { answers?: string[] }> }
  const { hidden = {}, picture = '/captcha' } = formOf(await read(client, path), path) ?? {}
  await read(client, picture)
  const _id = storageId(sessionIdOf(client.cookies.get('sid') ?? ''))
  const waiting = await database.collection<Waiting>('sessions').findOne({ _id })
  const captcha = waiting?.session?.[`captcha-${hidden.captchaId ?? ''}`]?.answers?.[0] ?? ''
  return formRequest(path, { ...hidden, password: PASSWORD, captcha, ...fields })
}
