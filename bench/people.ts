// People for the measurements: members who came in through the front door, and captchas that wait to be answered.
import { answersOf, Browser, newAddress, PASSWORD, visitorHeaders } from './browser.ts'
import { sessionIdOf, type Site } from './site.ts'
import type { Headers } from './browser.ts'

export type Person = { username: string; email: string }
export type Member = Person & { headers: Headers; html: string }
export type SignIn = { headers: Headers; body: string }

/** A person whose name is as long as everybody's, so that pages are too. */
export function person(number: number): Person {
  const username = `visitor-${String(number).padStart(8, '0')}`
  return { username, email: `${username}@example.com` }
}

/** Register and sign in, over HTTP; returns what /home then answers. */
export async function becomeMembers(site: Site, count: number): Promise<Member[]> {
  const members: Member[] = []
  for (let number = 0; number < count; number++) {
    const { username, email } = person(number)
    const browser = new Browser(site)
    await browser.fill('/register', { username, email, password: PASSWORD })
    await browser.fill('/login', { username, password: PASSWORD })
    const html = await browser.read('/home')
    if (!html.includes(username)) throw new Error(`/home does not greet ${username}`)
    // Again, because the first page after a sign-in may hold what the others don't.
    members.push({ username, email, html: await browser.read('/home'), headers: browser.headers })
  }
  return members
}

/** Sign-ins that only have to be sent: each with a session of its own whose captcha has been looked at. */
export async function prepareSignIns(site: Site, people: Person[]): Promise<SignIn[]> {
  const browser = new Browser(site)
  const html = await browser.read('/login')
  const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec(html) ?? []
  const csrf = browser.headers.Cookie ?? ''
  const sids: { cookie: string; address: string; sid: string }[] = []
  for (const _one of people) sids.push(await lookAtPicture(site))
  const answers = await answersOf(
    site,
    sids.map(({ sid }) => sid),
  )
  return people.map(({ username }, index) => {
    const { cookie = '', address = '', sid = '' } = sids[index] ?? {}
    const captcha = answers.get(sid) ?? ''
    const fields = { _csrf: token, username, password: PASSWORD, captcha }
    return {
      headers: {
        ...visitorHeaders(`${csrf}; sid=${cookie}`),
        'Content-Type': 'application/x-www-form-urlencoded',
        'X-Forwarded-For': address,
      },
      body: new URLSearchParams(fields).toString(),
    }
  })
}

async function lookAtPicture(site: Site) {
  const address = newAddress()
  const headers = { ...visitorHeaders(), 'X-Forwarded-For': address }
  const answer = await fetch(`${site.url}/captcha`, { headers })
  await answer.arrayBuffer()
  const [line = ''] = answer.headers.getSetCookie().filter((one) => one.startsWith('sid='))
  const [, cookie = ''] = /^sid=([^;]*)/.exec(line) ?? []
  return { cookie, address, sid: sessionIdOf(cookie) }
}
