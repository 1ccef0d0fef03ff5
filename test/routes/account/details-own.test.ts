// The fields that this very site has, if it has any: whoever adds one sees here that the whole recipe was followed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { openSite, ownFields, useFields, type Site } from '../../helper.ts'
import { errorsOf, newPerson, page } from '../../visitor.ts'

const t = translator('en')
const required = ownFields.filter(({ isRequired }) => isRequired)
const isAskedLater = required.some((field) => field.isAskedLater)

useFields(ownFields)
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe.skipIf(ownFields.length === 0)('The fields of this site', () => {
  it('are asked for by the registration, and shown and exported with the account', async () => {
    const visitor = site.visitor()
    const empty = Object.fromEntries(ownFields.map(({ name }) => [name, '']))

    const refused = await visitor.register({ ...newPerson(), ...empty })
    await visitor.registerAndSignIn()
    const account = page(await visitor.get('/account')).text
    const exported = await visitor.get('/account/export')

    const missing = required.map(({ name }) => [name, t(`fields.${name}.missing`)])
    if (missing.length > 0) expect(errorsOf(refused)).toEqual(Object.fromEntries(missing))
    for (const { name } of ownFields) {
      expect(account).toContain(t(`fields.${name}.label`))
      expect(exported.body).toHaveProperty(['account', 'details', name])
    }
  })

  it.runIf(isAskedLater)('are asked for once where an older account lacks one', async () => {
    const visitor = site.visitor()
    const { username = '' } = await site.visitor().becomeMember()

    const signedIn = await visitor.signIn({ username, next: '/home' })
    const asking = signedIn.headers.location ?? ''
    const saved = await visitor.fill(asking, newPerson())

    expect(asking).toBe('/account/details?next=%2Fhome')
    expect(saved.headers.location).toBe('/home')
  })
})
