// The confirmation of an address: by its owner's click alone, once, and never by a program that opens every link.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../../helper.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('try', () => {
  it('works', async () => {
    const visitor = site.visitor()
    await visitor.becomeMember()
    const [mail] = await site.mails()
    console.log(mail?.text, mail?.html, mail?.link)
    const answer = await visitor.fill(mail?.link ?? '', {})
    console.log(answer.status, answer.headers)
    console.log(site.log.slice(-5))
    expect(1).toBe(1)
  })
})
