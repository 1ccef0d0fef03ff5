// No field takes anything but text: lists, objects, prototypes, NUL and floods are refused and break nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { usersOf } from '../../documents.ts'
import { CAPTCHA, openSite, validPassword, type Site } from '../../helper.ts'
import { credentialsOf, frameOf, Script } from '../../script.ts'
import { newPerson } from '../../visitor.ts'

type Entry = [string, string]

const formFields: [string, string][] = [
  ['/register', 'username'],
  ['/register', 'email'],
  ['/register', 'password'],
  ['/register', 'captcha'],
  ['/register', '_csrf'],
  ['/login', 'username'],
  ['/login', 'password'],
  ['/login', 'captcha'],
  ['/login', 'remember'],
  ['/login', '_csrf'],
  ['/locale', 'locale'],
]

/** What may come instead of a field's one text. */
const instead: [string, (field: string, value: string) => Entry[]][] = [
  [
    'a list',
    (field, value) => [
      [field, value],
      [field, value],
    ],
  ],
  ['a NUL byte inside', (field, value) => [[field, `${value}\0`]]],
  ['a NUL byte alone', (field) => [[field, '\0']]],
  ['a megabyte', (field) => [[field, 'x'.repeat(1024 * 1024)]]],
]

/** Names that a looser parser would read as lists, objects and prototypes: the field itself is missing then. */
const spelled: [string, (field: string) => string][] = [
  ['a bracketed list', (field) => `${field}[]`],
  ['a numbered list', (field) => `${field}[0]`],
  ['an object', (field) => `${field}[$ne]`],
  ['an object with a prototype', (field) => `${field}[__proto__][x]`],
  ['a dotted object', (field) => `${field}.x`],
  ['the prototype', (field) => `__proto__[${field}]`],
  ['the constructor', (field) => `constructor[prototype][${field}]`],
]

let site: Site
let username: string
beforeAll(async () => {
  site = await openSite()
  username = (await site.visitor().becomeMember()).username ?? ''
})
afterAll(() => site.close())

describe.each(formFields)('POST %s with the field %s', (path, field) => {
  it.each(instead)('refuses %s', async (_what, replace) => {
    const form = await validForm(path)
    const before = await usersOf(site).countDocuments()

    const answer = await form.send((name, value) =>
      name === field ? replace(name, value) : [[name, value]],
    )

    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await usersOf(site).countDocuments()).toBe(before)
  })

  it.each(spelled.filter(() => field !== 'remember'))('refuses %s', async (_what, nameOf) => {
    const form = await validForm(path)
    const before = await usersOf(site).countDocuments()

    const answer = await form.send((name, value) => [[name === field ? nameOf(name) : name, value]])

    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await usersOf(site).countDocuments()).toBe(before)
  })
})

describe.each(['/register', '/login', '/locale'])('POST %s', (path) => {
  it.each(['__proto__', '__proto__[polluted]', 'constructor', 'toString', 'hasOwnProperty', ''])(
    'is not disturbed by a field called %j',
    async (extra) => {
      const form = await validForm(path)

      const answer = await form.send((name, value) => [
        [name, value],
        [extra, 'polluted'],
      ])

      expect(answer.status).toBeLessThan(500)
      expect({}).not.toHaveProperty('polluted')
      expect((await site.visitor().get('/home')).status).toBe(200)
    },
  )
})

describe('POST /login in JSON', () => {
  const disguises: [string, (fields: object) => string][] = [
    ['the prototype', (fields) => `{"__proto__":${JSON.stringify(fields)}}`],
    ['the constructor', (fields) => `{"constructor":{"prototype":${JSON.stringify(fields)}}}`],
    ['an inner object', (fields) => JSON.stringify({ body: fields })],
  ]

  it.each(disguises)('takes no field and no token from %s', async (_what, disguise) => {
    const visitor = new Script(site.app)
    await visitor.read('/login')
    await visitor.read('/captcha')
    const fields = { ...credentialsOf({ username }), _csrf: visitor.csrfToken, polluted: 'yes' }

    const tokenHidden = await visitor.agent.post('/login').type('json').send(disguise(fields))
    const fieldsHidden = await visitor.write('/login', disguise(fields))

    expect([tokenHidden.status, fieldsHidden.status]).toEqual([403, 422])
    expect({}).not.toHaveProperty('polluted')
  })

  it.each(disguises)('is not disturbed by %s beside the fields', async (_what, disguise) => {
    const visitor = new Script(site.app)
    await visitor.read('/login')
    await visitor.read('/captcha')
    const fields = JSON.stringify(credentialsOf({ username })).slice(1)

    const answer = await visitor.write(
      '/login',
      disguise({ username: 'evil', toString: 1, polluted: 'yes' }).replace(/}$/, `,${fields}`),
    )

    expect([answer.status, frameOf(answer).user?.username]).toEqual([200, username])
    expect({}).not.toHaveProperty('polluted')
  })
})

/** A form that would be accepted, to be sent with each of its entries changed. */
async function validForm(path: string) {
  const visitor = site.visitor()
  const _csrf = await visitor.token()
  await visitor.get('/captcha')
  const fields: Record<string, string> =
    path === '/register'
      ? { ...newPerson(), captcha: CAPTCHA }
      : path === '/login'
        ? { username, password: validPassword, captcha: CAPTCHA, remember: 'on' }
        : { locale: 'zh-CN', next: '/home' }
  const entries: Entry[] = Object.entries({ _csrf, ...fields })
  return {
    send: (change: (name: string, value: string) => Entry[]) => {
      const changed = entries.flatMap(([name, value]) => change(name, value))
      return visitor.post(path, new URLSearchParams(changed).toString())
    },
  }
}
