// Whoever registered signs in with the same keystrokes, in whatever spelling a browser, a keyboard or a clipboard gave them.
import md5 from 'md5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keysOf } from '../../models/user.ts'
import { usersOf } from '../documents.ts'
import { openSite, validPassword, type Site } from '../helper.ts'
import { newPerson } from '../visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off' })
})
afterAll(() => site.close())

describe('POST /login', () => {
  // What was registered, what is stored of it, and what is typed afterwards.
  it.each([
    ['x&y@example.com', 'x&y@example.com', 'X&Y@Example.COM'],
    ['user@xn--fsqu00a.xn--fiqs8s', 'user@例子.中国', 'user@例子。中国'],
    ['x@xn--mnchen-3ya.de', 'x@münchen.de', 'x@MÜNCHEN.de'],
    ['y@mu\u0308nchen.de', 'y@münchen.de', 'y@xn--mnchen-3ya.de'],
    ['ｕｓｅｒ＠ｗｉｄｅ．ｅｘａｍｐｌｅ', 'user@wide.example', 'user@wide.example'],
    ['narrow@wide.example', 'narrow@wide.example', 'ｎａｒｒｏｗ＠ｗｉｄｅ．ｅｘａｍｐｌｅ'],
    ['pasted\u200b@example.com\ufeff', 'pasted@example.com', '\u2060pasted@exa\u00admple.com'],
    ['z@straße.example', 'z@straße.example', 'z@xn--strae-oqa.example'],
  ])('signs in whoever registered %j, which is %s, and types %j', async (email, kept, typed) => {
    const { username } = newPerson()

    const registered = await site.visitor().register({ username, email })

    expect(registered.status).toBe(303)
    expect((await usersOf(site).findOne({ username }))?.email).toBe(kept)
    for (const name of [email, kept, typed]) {
      expect((await site.visitor().signIn({ username: name })).status).toBe(303)
    }
  })

  it.each([
    ['STRASSE', 'Straße'],
    ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
    ['Ꮳꮃꭹ', 'ꮳꮃꭹ'],
    ['wide-name', 'ｗｉｄｅ-\u200bＮａｍｅ'],
  ])('signs in %s as %s', async (username, typed) => {
    await site.visitor().register({ username })

    expect((await site.visitor().signIn({ username: typed })).status).toBe(303)
  })

  it('keeps apart what only looks alike to a careless folding', async () => {
    await site.visitor().register({ username: 'isparta', email: 'a@xn--strae-oqa.com' })

    const dotless = await site.visitor().register({ username: 'ısparta', email: 'a@strasse.com' })

    expect(dotless.status).toBe(303)
  })

  it('signs in whoever has a name from another site that is an address', async () => {
    const name = 'Old.Name@example.com'
    const user = { username: name, ...keysOf({ username: name }), password: md5(validPassword) }
    await usersOf(site).insertOne(user)

    const stranger = await site.visitor().register({ email: 'old.name@EXAMPLE.com' })

    expect(stranger.status).toBe(422)
    expect((await site.visitor().signIn({ username: name })).status).toBe(303)
  })
})
