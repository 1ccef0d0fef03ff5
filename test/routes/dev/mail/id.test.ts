// The HTML of a caught mail: as a mail program shows it, and able to nothing.
import { HtmlValidate } from 'html-validate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LOCALES, translator } from '../../../../config/i18n.ts'
import { openSite, type Site } from '../../../helper.ts'
import { newPerson, page } from '../../../visitor.ts'

// Mail programs know no style sheets of ours.
const rules = { 'no-inline-style': 'off' } as const
const validator = new HtmlValidate({ root: true, extends: ['html-validate:recommended'], rules })

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /dev/mail/:id', () => {
  it.each(LOCALES)(
    'shows the HTML under a policy of its own, and it has no errors, %s',
    async (locale) => {
      const visitor = site.visitor()
      visitor.agent.set('Accept-Language', locale)
      const person = newPerson()
      await visitor.register(person)
      const list = page(await visitor.get('/dev/mail'))
      const href = list.querySelector('a[href^="/dev/mail/"]')?.getAttribute('href') ?? ''

      const answer = await visitor.get(href)

      expect(answer.status).toBe(200)
      expect(answer.text).toContain(`<html lang="${locale}">`)
      const text = answer.text.replaceAll('&#39;', "'")
      expect(text).toContain(translator(locale)('mail.verify-email.text', person))
      const policy = answer.headers['content-security-policy'] ?? ''
      expect(policy).toMatch(/^default-src 'none'.*; sandbox; frame-ancestors 'none'$/)
      const { results } = await validator.validateString(answer.text)
      expect(results.flatMap(({ messages }) => messages)).toEqual([])
    },
  )

  it.each(['0'.repeat(24), 'x', '%7B%7D', `${'0'.repeat(24)}0`])(
    'answers %s with 404',
    async (id) => {
      expect((await site.visitor().get(`/dev/mail/${id}`)).status).toBe(404)
    },
  )
})
