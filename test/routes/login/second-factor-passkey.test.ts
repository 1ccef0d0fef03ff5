// A passkey in place of the app's code: of the same person, for the challenge of this page alone.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { addPasskey, Authenticator, optionsOn } from '../../authenticator.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { giveApp } from '../../two-factor.ts'
import { errorsOf } from '../../visitor.ts'

const PATH = '/login/second-factor'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off', BASE_URL: 'http://localhost:3000' })
})
afterAll(() => site.close())

describe(`POST ${PATH}`, () => {
  it('takes a passkey, also one that does not check who is there; "next" counts (ASVS 6.3.3)', async () => {
    const { username, authenticator } = await newPerson()
    const visitor = site.visitor()
    await visitor.fill('/login?next=%2Fhome', { username, password: validPassword })
    const options = optionsOn(await visitor.get(PATH))

    const answer = await visitor.send(PATH, { credential: authenticator.use(options) })

    expect(options.allowCredentials?.map(({ id }) => id)).toEqual([authenticator.id])
    expect([answer.status, answer.headers.location]).toEqual([303, '/home'])
    expect((await visitor.get('/account')).status).toBe(200)
  })

  it('refuses the passkey of somebody else, and a challenge that was given for a sign-in by it alone', async () => {
    const { username, authenticator } = await newPerson()
    const others = (await newPerson()).authenticator
    const visitor = site.visitor()
    await visitor.signIn({ username })
    const send = async (passkey: Authenticator, page: string) =>
      visitor.send(PATH, { credential: passkey.use(optionsOn(await visitor.get(page))) })

    const stolen = await send(others, PATH)
    const alone = await send(authenticator, '/login/passkey')

    expect(errorsOf(stolen)).toEqual({ credential: t('errors.passkey.wrong') })
    expect(errorsOf(alone)).toEqual({ credential: t('errors.passkey.late') })
    expect((await visitor.get('/account')).status).toBe(303)
  })
})

async function newPerson() {
  const visitor = site.visitor()
  const { username = '' } = await visitor.becomeMember()
  const authenticator = new Authenticator()
  authenticator.verifies = false
  await addPasskey(visitor, authenticator)
  await giveApp(site, username)
  return { username, authenticator }
}
