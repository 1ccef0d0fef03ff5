// One passkey of a member: renamed by its owner alone, and removed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../../config/i18n.ts'
import { addPasskey } from '../../../authenticator.ts'
import { openSite, type Site } from '../../../helper.ts'
import { errorsOf, page, valueOf } from '../../../visitor.ts'

const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off', BASE_URL: 'http://localhost:3000' })
})
afterAll(() => site.close())

describe('POST /account/passkeys/:id', () => {
  it('renames the passkey, and removes it, with a letter', async () => {
    const visitor = site.visitor()
    await visitor.becomeMember()
    const { authenticator } = await addPasskey(visitor)
    const path = `/account/passkeys/${authenticator.id}`

    const nameless = await visitor.fill(path, { name: ' ' })
    const renamed = await visitor.fill(path, { name: ' The key on my desk ' })
    const name = valueOf(await visitor.get(path), 'name')
    const removed = await visitor.fill(path, {})

    expect(errorsOf(nameless)).toEqual({ name: t('errors.passkey.name') })
    expect([renamed.status, name]).toEqual([303, 'The key on my desk'])
    expect([removed.status, removed.headers.location]).toEqual([303, '/account/passkeys'])
    expect(page(await visitor.get('/account/passkeys')).querySelector('.places')).toBeNull()
    expect((await visitor.get(path)).status).toBe(404)
    expect((await site.mails()).map(({ subject }) => subject)).toContain(
      t('mail.passkey-removed.subject'),
    )
  })

  it('is not there for anybody else', async () => {
    const owner = site.visitor()
    await owner.becomeMember()
    const { authenticator } = await addPasskey(owner)
    const path = `/account/passkeys/${authenticator.id}`
    const stranger = site.visitor()
    await stranger.becomeMember()

    const answers = [
      await stranger.get(path),
      await stranger.send(path, { name: 'mine' }),
      await stranger.send(path, {}),
    ]

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
    expect((await owner.get(path)).status).toBe(200)
  })
})
