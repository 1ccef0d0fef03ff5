// The passkeys of a member: each challenge once, and the owner hears of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { User } from '../../../models/user.ts'
import { addPasskey, Authenticator, optionsOn } from '../../authenticator.ts'
import { openSite, type Site } from '../../helper.ts'
import { Script } from '../../script.ts'
import { enterAs } from '../../two-factor.ts'
import { errorsOf, page } from '../../visitor.ts'

const PATH = '/account/passkeys'
const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off', BASE_URL: 'http://localhost:3000' })
})
afterAll(() => site.close())

describe(`POST ${PATH}`, () => {
  it('adds a passkey: named by its maker, told by letter, other sessions ended (ASVS 7.4.3)', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.becomeMember()
    const other = site.visitor()
    await enterAs(site, other, username)
    const before = visitor.cookie('sid')

    const { answer, authenticator } = await addPasskey(visitor)
    const list = await visitor.get(PATH)

    expect([answer.status, answer.headers.location]).toEqual([303, PATH])
    expect(visitor.cookie('sid')).not.toBe(before)
    expect(page(list).querySelector('.places h2')?.text).toBe('1Password')
    expect(page(list).querySelector('.places')?.text).toContain(t('account.passkeys.bound'))
    expect((await other.get('/account')).status).toBe(303)
    expect((await site.mails()).map(({ subject }) => subject)).toContain(
      t('mail.passkey-added.subject'),
    )
    expect((await visitor.get('/account/activity')).text).toContain(
      t('account.activity.events.passkey-added'),
    )
    const exported = (await visitor.get('/account/export')).text
    expect(exported).toContain(authenticator.id)
    expect(exported).not.toMatch(/publicKey|challenge/)
  })

  it('takes each challenge once, for this site and this purpose alone', async () => {
    const visitor = site.visitor()
    await visitor.becomeMember()
    const options = optionsOn(await visitor.get(PATH))
    const first = new Authenticator()
    const elsewhere = new Authenticator()
    elsewhere.origin = 'http://localhost:3000.evil.example'

    const lookalike = await visitor.send(PATH, { credential: elsewhere.create(options) })
    const again = await visitor.send(PATH, { credential: first.create(options) })
    const damaged = await visitor.send(PATH, { credential: '{"id":{"$ne":""}}' })
    const next = optionsOn(await visitor.get(PATH))
    const used = await visitor.send(PATH, { credential: first.use({ ...next, rpId: 'localhost' }) })

    expect(errorsOf(lookalike)).toEqual({ credential: t('errors.passkey.wrong') })
    expect(errorsOf(again)).toEqual({ credential: t('errors.passkey.late') })
    expect(errorsOf(damaged)).toEqual({ credential: t('errors.passkey.wrong') })
    expect(errorsOf(used)).toEqual({ credential: t('errors.passkey.wrong') })
    expect(page(await visitor.get(PATH)).querySelector('.places')).toBeNull()
  })

  it('lets one passkey open one account, and answers in JSON', async () => {
    const visitor = site.visitor()
    await visitor.becomeMember()
    const { authenticator } = await addPasskey(visitor)
    const script = new Script(site.app)
    const { username } = await script.becomeMember()

    const { options, passkeys } = (await script.read(PATH)).body as {
      options: Parameters<Authenticator['create']>[0]
      passkeys: unknown[]
    }
    const taken = await script.write(PATH, { credential: authenticator.create(options) })

    expect(passkeys).toEqual([])
    expect(taken.body).toMatchObject({ errors: { credential: t('errors.passkey.taken') } })
    const users = await User.find({ 'passkeys.id': authenticator.id }).lean()
    expect(users.map((user) => user.username)).not.toContain(username)
    expect(users).toHaveLength(1)
  })

  it('adds no more than twenty', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.becomeMember()
    const passkeys = Array.from({ length: 20 }, (_, number) => ({ id: `key-${number}` }))
    await User.updateOne({ username }, { $set: { passkeys: passkeys.slice(1) } })
    const twentieth = await addPasskey(visitor)
    await User.updateOne({ username }, { $set: { passkeys } })

    const { answer } = await addPasskey(visitor)

    expect(twentieth.answer.status).toBe(303)
    expect(errorsOf(answer)).toEqual({ credential: t('errors.passkey.many') })
    expect((await User.findOne({ username }).lean())?.passkeys).toHaveLength(20)
  })

  it('is not there on a site at an address where browsers refuse passkeys, which says so', async () => {
    const plain = await openSite({ CAPTCHA: 'off', BASE_URL: 'http://192.168.1.20:3000' })
    const visitor = plain.visitor()
    await visitor.becomeMember()

    const shown = await visitor.get(PATH)

    expect(shown.text).toContain(
      page(shown).querySelector('main')?.text.includes('https') && 'https',
    )
    expect(page(shown).querySelector('main form')).toBeNull()
    expect((await visitor.send(PATH, { credential: '' })).status).toBe(404)
    expect((await plain.visitor().get('/login')).text).not.toContain('webauthn')
    expect((await plain.visitor().get('/login/passkey')).status).toBe(404)
    expect((await plain.visitor().get('/.well-known/passkey-endpoints')).status).toBe(404)
  })
})
