// A stored password that no longer is one refuses its owner politely and tells the operator.
import { hash } from '@node-rs/argon2'
import md5 from 'md5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { usersOf } from '../documents.ts'
import { openSite, validPassword, type Site } from '../helper.ts'
import { errorsOf, newPerson } from '../visitor.ts'

const WARNING = 40
const digest = md5(validPassword)
const whole = await hash(digest, { memoryCost: 19456, timeCost: 2, parallelism: 1 })

const damaged: [string, unknown][] = [
  ['an empty text', ''],
  ['some other text', 'garbage'],
  ['the password itself', validPassword],
  ['an md5 that lacks a character', digest.slice(1)],
  ['an md5 with a character too many', `${digest}0`],
  ['argon2id without anything else', '$argon2id$'],
  ['a hash of another kind', whole.replace('argon2id', 'argon2x')],
  ['a hash without passes', whole.replace('t=2', 't=0')],
  ['a hash with absurd memory', whole.replace('m=19456', 'm=99999999999999')],
  ['a hash that is cut off after the salt', whole.slice(0, whole.lastIndexOf('$'))],
  ['a hash that lacks ten characters', whole.slice(0, -10)],
  ['a hash that lacks three characters', whole.slice(0, -3)],
  ['a hash that lacks one character', whole.slice(0, -1)],
  ['a hash with NUL bytes', whole.replaceAll('$', '\0')],
  ['a number', 4_815_162_342],
  ['null', null],
  ['a list', [digest]],
  ['an object', { $gt: '' }],
]

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off' })
})
afterAll(() => site.close())

describe('POST /login', () => {
  it.each(damaged)('refuses like a wrong password where %s is stored', async (_what, password) => {
    const { username, email } = newPerson()
    await usersOf(site).insertOne({ username, email, password })

    const answer = await site.visitor().signIn({ username })

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ password: translator('en')('errors.credentials') })
    expect((await usersOf(site).findOne({ username }))?.password).toEqual(password)
  })

  it.each(damaged)(
    'logs one line that names the request where %s is stored',
    async (_what, password) => {
      const { username, email } = newPerson()
      await usersOf(site).insertOne({ username, email, password })
      const before = site.log.length

      const answer = await site.visitor().signIn({ username })

      const lines = site.log.slice(before).map((line) => JSON.parse(line) as Line)
      const warnings = lines.filter(({ level }) => level >= WARNING)
      expect(warnings.map(({ requestId }) => requestId)).toEqual([answer.headers['x-request-id']])
      if (password) expect(JSON.stringify(warnings)).not.toContain(JSON.stringify(password))
    },
  )
})

type Line = { level: number; requestId?: string }
