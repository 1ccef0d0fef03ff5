// People whose accounts were made elsewhere or long ago sign in as before, and are kept safely from then on.
import { hash } from '@node-rs/argon2'
import md5 from 'md5'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { User } from '../../models/user.ts'
import { usersOf } from '../documents.ts'
import { openSite, validPassword, type Site } from '../helper.ts'
import { newPerson } from '../visitor.ts'

const TODAYS = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('POST /login', () => {
  it.each<[string, () => string]>([
    ['lower case', () => md5(validPassword)],
    ['upper case', () => md5(validPassword).toUpperCase()],
  ])('signs in a person whose document holds the bare md5 in %s', async (_what, stored) => {
    const { username, email } = newPerson()
    await usersOf(site).insertOne({ username, email, password: stored() })
    const visitor = site.visitor()

    const answer = await visitor.signIn({ username })

    expect([answer.status, answer.headers.location]).toEqual([303, '/account'])
    expect((await visitor.get('/account')).text).toContain(email)
  })

  it('signs such a person in by email too (ASVS 6.2.10)', async () => {
    const { username, email } = newPerson()
    await usersOf(site).insertOne({ username, email, password: md5(validPassword) })

    const answer = await site.visitor().signIn({ username: email })

    expect(answer.status).toBe(303)
  })

  it.each<[string, () => string | Promise<string>]>([
    ['a bare md5', () => md5(validPassword)],
    ['a bare md5 in capitals', () => md5(validPassword).toUpperCase()],
    ['argon2id with less memory', () => older({ memoryCost: 8192, timeCost: 2 })],
    ['argon2id with fewer passes', () => older({ memoryCost: 19456, timeCost: 1 })],
  ])('upgrades %s on the spot, and the password goes on working', async (_what, stored) => {
    const { username, email } = newPerson()
    await usersOf(site).insertOne({ username, email, password: await stored() })

    await site.visitor().signIn({ username })

    const upgraded = await usersOf(site).findOne({ username })
    expect(upgraded?.password).toMatch(TODAYS)
    expect((await site.visitor().signIn({ username })).status).toBe(303)
    expect((await usersOf(site).findOne({ username }))?.password).toBe(upgraded?.password)
  })

  it('finds a person by any case of the name once the document is upgraded', async () => {
    const { username, email } = newPerson()
    await usersOf(site).insertOne({ username, email, password: md5(validPassword) })
    await site.visitor().signIn({ username })

    const byName = await site.visitor().signIn({ username: username.toUpperCase() })
    const byEmail = await site.visitor().signIn({ username: email.toUpperCase() })

    expect([byName.status, byEmail.status]).toEqual([303, 303])
  })

  it.each<[string, () => string | Promise<string>]>([
    ['a bare md5', () => md5(validPassword)],
    ['older argon2id', () => older({ memoryCost: 8192, timeCost: 1 })],
  ])('upgrades nothing after a wrong password on %s', async (_what, stored) => {
    const { username, email } = newPerson()
    const password = await stored()
    await usersOf(site).insertOne({ username, email, password })

    const answer = await site.visitor().signIn({ username, password: 'not the one' })

    expect(answer.status).toBe(422)
    expect((await usersOf(site).findOne({ username }))?.password).toBe(password)
  })

  it('takes neither the md5 nor the stored hash for the password', async () => {
    const { username, email } = newPerson()
    await usersOf(site).insertOne({ username, email, password: md5(validPassword) })

    const byMd5 = await site.visitor().signIn({ username, password: md5(validPassword) })
    await site.visitor().signIn({ username })
    const { password: stored } = (await usersOf(site).findOne({ username })) ?? {}
    const byHash = await site.visitor().signIn({ username, password: stored as string })

    expect([byMd5.status, byHash.status]).toEqual([422, 422])
  })

  it('upgrades nothing that was changed while the old password was checked', async () => {
    const { username, email } = newPerson()
    await usersOf(site).insertOne({ username, email, password: md5(validPassword) })
    // oxlint-disable-next-line typescript/unbound-method -- called with its own model below
    const { updateOne } = User
    const upgrading = vi.spyOn(User, 'updateOne').mockImplementationOnce(((
      ...words: Parameters<typeof updateOne>
    ) =>
      usersOf(site)
        .updateOne({ username }, { $set: { password: 'new' } })
        .then(() => updateOne.apply(User, words))) as never)

    await site.visitor().signIn({ username })
    upgrading.mockRestore()

    expect((await usersOf(site).findOne({ username }))?.password).toBe('new')
  })

  it('upgrades once for parallel sign-ins, and all of them pass', async () => {
    const { username, email } = newPerson()
    await usersOf(site).insertOne({ username, email, password: md5(validPassword) })
    const visitors = Array.from({ length: 4 }, () => site.visitor())

    const answers = await Promise.all(visitors.map((visitor) => visitor.signIn({ username })))

    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303])
    expect((await usersOf(site).findOne({ username }))?.password).toMatch(TODAYS)
  })
})

function older(options: { memoryCost: number; timeCost: number }): Promise<string> {
  return hash(md5(validPassword), { ...options, parallelism: 1 })
}
