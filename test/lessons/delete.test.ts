// What the x-ray and the lessons keep of the pages that were seen, after the account of whoever saw them is deleted.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tracesOf, usersOf } from '../documents.ts'
import { openSite, type Site } from '../helper.ts'

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on', THROTTLE: 'on' })
})
afterAll(() => site.close())

it('POST /account/delete leaves no id, name or address in what lessons keep of the pages that were seen', async () => {
  const visitor = site.visitor()
  const { username = '', email = '' } = await visitor.registerAndSignIn()
  const id = String((await usersOf(site).findOne({ username }))?._id)
  await visitor.get('/account')
  const shown = (await visitor.get('/home')).text

  await visitor.fill('/account/delete', { username })

  expect(shown).toContain(username)
  expect(await site.database.collection('lesson-records').countDocuments()).toBeGreaterThan(0)
  await expect.poll(() => tracesOf(site, [id, email])).toEqual([]) // also of the deletion's own event
  expect(await tracesOf(site, [username])).toEqual(['reservations'])
})
