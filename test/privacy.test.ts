// What protects people's data whatever page it is on: no cache keeps it, no trick with an address gets it, and it goes in time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withSession } from '../routes/index.ts'
import { member } from '../middleware/access.ts'
import { openSite, type Site } from './helper.ts'
import { useFieldsOfEachKind } from './user-fields/list.ts'

useFieldsOfEachKind() // there is /account/details only with them
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const pages = withSession.flatMap(([path, guard, { show }]) =>
  show && !path.includes(':') ? [{ path, isPrivate: [guard].flat().includes(member) }] : [],
)
const kinds = ['text/html', 'application/json']

describe('Every page of somebody who is signed in', () => {
  it('is kept by no cache, as a page and as data (ASVS 14.2.2, 14.3.1, 14.3.2)', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.becomeMember()
    await visitor.fill('/account/two-factor', {}) // the key of an app is most private

    expect(pages.length).toBeGreaterThan(15)
    for (const { path } of pages) {
      for (const Accept of kinds) {
        const { status, headers } = await visitor.get(path, { Accept })
        expect([path, Accept, headers['cache-control']]).toEqual([path, Accept, 'no-store'])
        expect([path, status < 400]).toEqual([path, true])
      }
    }
    expect((await visitor.get('/account')).text).toContain(username)
  })

  it('is not at an address that a cache takes for a file (ASVS 14.2.5)', async () => {
    const visitor = site.visitor()
    const { username = '', email = '' } = await visitor.becomeMember()

    for (const { path } of pages.filter(({ isPrivate }) => isPrivate)) {
      for (const end of [
        '/x.css',
        '.css',
        ';x.css',
        '%2fx.css',
        '%3fx.css',
        '%00.css',
        '/..%2fx.js',
      ]) {
        const { status, text } = await visitor.get(`${path}${end}`)
        expect([path + end, status]).toEqual([path + end, 404])
        expect(text).not.toContain(email)
      }
    }
    expect(username).not.toBe('')
  })

  it('sends who is not signed in to sign in, or tells 401 in JSON (ASVS 7.2.1)', async () => {
    for (const { path } of pages.filter(({ isPrivate }) => isPrivate)) {
      const page = await site.visitor().get(path)
      const data = await site.visitor().get(path, { Accept: 'application/json' })
      expect([path, page.status, page.headers.location, data.status]).toEqual([
        path,
        303,
        `/login?next=${encodeURIComponent(path)}`,
        401,
      ])
    }
  })
})

describe('What is kept for a time', () => {
  it.each(['sessions', 'attempts', 'tokens', 'reservations', 'answers'])(
    'goes by itself: %s carry an end and an index to delete by (ASVS 14.2.7)',
    async (name) => {
      const indexes = await site.database.collection(name).indexes()

      expect(indexes.map(({ expireAfterSeconds }) => expireAfterSeconds)).toContain(0)
    },
  )
})
