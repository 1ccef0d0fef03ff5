// Ten new recovery codes: shown once, and the same as a file.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../../config/i18n.ts'
import { openSite, type Site } from '../../../helper.ts'
import { memberWithApp } from '../../../two-factor.ts'
import { page } from '../../../visitor.ts'

const PATH = '/account/two-factor/recovery-codes'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe(`POST ${PATH}`, () => {
  it('shows ten new codes once, which fit the form of a file, and tells the owner', async () => {
    const { visitor, codes: old } = await memberWithApp(site)

    const answer = await visitor.fill(PATH, {})

    const shown = page(answer)
    const codes = shown.querySelectorAll('.recovery-codes code').map(({ text }) => text)
    const form = Object.fromEntries(
      shown
        .querySelectorAll('main form input')
        .map((input) => [input.getAttribute('name'), input.getAttribute('value')]),
    ) as Record<string, string>
    const file = await visitor.post(PATH, form)
    expect(codes).toHaveLength(10)
    expect(codes.filter((code) => old.includes(code))).toEqual([])
    expect(file.headers['content-disposition']).toContain('attachment; filename=')
    expect(file.text).toBe(`${codes.join('\n')}\n`)
    expect([answer, file].map(({ headers }) => headers['cache-control'])).toEqual([
      'no-store',
      'no-store',
    ])
    expect((await visitor.get(PATH)).text).not.toContain(codes[0])
    const [mail] = await site.mails()
    expect(mail?.subject).toBe(t('mail.recovery-codes-renewed.subject'))
  })

  it('puts nothing but codes into a file', async () => {
    const { visitor } = await memberWithApp(site)

    const answer = await visitor.send(PATH, { codes: 'what somebody else wrote' })

    expect([answer.status, answer.type]).toEqual([422, 'text/html'])
    expect(answer.text).not.toContain('somebody else')
  })

  it('makes none where there is no factor', async () => {
    const visitor = site.visitor()
    await visitor.becomeMember()

    expect((await visitor.get(PATH)).headers.location).toBe('/account/two-factor')
    expect((await visitor.send(PATH, {})).headers.location).toBe('/account/two-factor')
  })
})
