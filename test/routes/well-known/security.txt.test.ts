// Whom to tell of a hole in the site (RFC 9116), where the operator says it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, settingsWith, type Site } from '../../helper.ts'

const PATH = '/.well-known/security.txt'

let site: Site
beforeAll(async () => {
  site = await openSite({ SECURITY_CONTACT: 'mailto:holes@sesame.example' })
})
afterAll(() => site.close())

describe(`GET ${PATH}`, () => {
  it('names the contact, the languages, its own address and a day in less than a year', async () => {
    const { status, headers, text } = await site.visitor().get(PATH)

    const lines = text.trim().split('\n')
    const fields = new Map(lines.map((line) => line.split(/: (.*)/s) as [string, string]))
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8'])
    expect(Object.fromEntries(fields)).toMatchObject({
      Contact: 'mailto:holes@sesame.example',
      'Preferred-Languages': 'en, zh',
      Canonical: `${site.settings.baseUrl}${PATH}`,
    })
    const days = (Date.parse(fields.get('Expires') ?? '') - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(30)
    expect(days).toBeLessThan(365)
  })

  it('is not there without a contact', async () => {
    const without = await openSite()

    expect((await without.visitor().get(PATH)).status).toBe(404)
  })

  it.each(['holes@sesame.example', 'http://sesame.example', 'mailto:', 'mailto:a@b c'])(
    'takes no SECURITY_CONTACT like “%s”',
    (contact) => {
      expect(() => settingsWith({ SECURITY_CONTACT: contact })).toThrow('SECURITY_CONTACT')
    },
  )
})
