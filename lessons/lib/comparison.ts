// A lesson that compares: what is stored under each of its cookies, and how often requests write it.
import { idOf } from './cookies.ts'
import type { LessonStores } from './stores.ts'
import type { LessonTools, LessonVisit } from './lesson.ts'
import type { LessonClient } from './lesson-client.ts'

/** What stands behind each of these cookies, in this order: whether the browser sent it, and whether the store still has its session. */
export async function compare(visit: LessonVisit, { stores }: LessonTools, names: string[]) {
  const { cookies } = visit
  return Promise.all(
    names.map(async (cookie) => {
      const stored = await readCookie(stores, cookies[cookie])
      const isAlive = stored !== undefined && (stored.expires ?? new Date(0)) > new Date()
      return { cookie, isSent: cookies[cookie] !== undefined, isAlive, stored }
    }),
  )
}

/** Make a request so many times, one after another, and count how often the document in the database was another one afterwards. */
export async function countWrites(
  client: LessonClient,
  stores: LessonStores,
  cookie: string,
  paths: string[],
): Promise<number> {
  let writes = 0
  let before = await readText(stores, client.jar.get(cookie))
  for (const path of paths) {
    await client.send('GET', path)
    const after = await readText(stores, client.jar.get(cookie))
    if (after !== before) writes++
    before = after
  }
  return writes
}

async function readText(stores: LessonStores, value: string | undefined): Promise<string> {
  return JSON.stringify((await readCookie(stores, value)) ?? null)
}

async function readCookie(stores: LessonStores, value = '') {
  const id = idOf(value)
  return id === undefined ? undefined : stores.read(id)
}
