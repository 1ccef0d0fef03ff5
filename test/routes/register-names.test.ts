// Which usernames and emails an account can have, and when two of them are the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { usersOf } from '../documents.ts'
import { openSite, type Site } from '../helper.ts'
import { errorsOf, newPerson } from '../visitor.ts'

const t = translator('en')

let site: Site
beforeAll(async () => {
  site = await openSite({ CAPTCHA: 'off' })
})
afterAll(() => site.close())

describe('POST /register', () => {
  it.each([
    'abc',
    'a'.repeat(32),
    '𠮷'.repeat(32),
    '李小龙',
    'Дмитрий',
    'ελένη',
    'محمد',
    'नमस्ते',
    '山田太郎٣',
    'a_b-c.d',
    'MixedCase99',
  ])('takes the username %s and keeps it as typed', async (username) => {
    const answer = await site.visitor().register({ username })

    expect(answer.status).toBe(303)
    expect(await usersOf(site).countDocuments({ username })).toBe(1)
  })

  it.each(['ab', '李龙', '𠮷𠮷', 'a'.repeat(33), '𠮷'.repeat(33), 'a'.repeat(5000)])(
    'refuses a username that is too short or too long: %s',
    async (username) => {
      const answer = await site.visitor().register({ username })

      expect(answer.status).toBe(422)
      expect(errorsOf(answer)).toEqual({ username: t('errors.username.length') })
    },
  )

  it.each([
    'two words',
    'semi;colon',
    'user@example.com',
    '<script>',
    'a/b/c',
    '$where',
    'smile😀',
    'tab\there',
    'zero\u200bwidth',
    'right\u202eleft',
    'ㅤㅤㅤ',
    '＠＠＠',
  ])('refuses the username %j', async (username) => {
    const answer = await site.visitor().register({ username })

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ username: t('errors.username.characters') })
  })

  it.each(['admin', 'root', 'login', 'ADMIN', 'ａｄｍｉｎ', 'Register', 'logout', 'account'])(
    'refuses the reserved username %s (ASVS 6.3.2)',
    async (username) => {
      const answer = await site.visitor().register({ username })

      expect(answer.status).toBe(422)
      expect(errorsOf(answer)).toEqual({ username: t('errors.username.reserved') })
    },
  )

  it.each([
    ['shahrazad', 'ShahraZad'],
    ['aladdin1', 'ａｌａｄｄｉｎ１'],
    ['ﬁsherman', 'FISHERMAN'],
    ['ÉTOILE', 'e\u0301toile'],
    ['Straßenname', 'STRASSENNAME'],
    ['ΟΔΥΣΣΕΎΣ', 'οδυσσεύς'],
    ['Οδυσσεύσ9', 'ΟΔΥΣΣΕΎΣ9'],
    ['ꭰꭱꭲ', 'ᎠᎡᎢ'],
  ])('takes %s and %s for the same name', async (first, second) => {
    await site.visitor().register({ username: first })

    const answer = await site.visitor().register({ username: second })

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ username: t('errors.username.taken') })
  })

  it.each([
    '',
    'nobody',
    'nobody@',
    '@example.com',
    'two words@example.com',
    'a@b@example.com',
    'name@example.com\nBcc: all@example.com',
    'Name <name@example.com>',
    'a..b@example.com',
    '.a@example.com',
    'name@example',
    'name@127.1',
    'name@example.com/x',
    'name@ex%61mple.com',
    'name@-a.example',
    '例子@例子.中国',
    `${'a'.repeat(65)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.example.com`,
  ])('refuses the email %j', async (email) => {
    const answer = await site.visitor().register({ email })

    expect(answer.status).toBe(422)
    expect(Object.keys(errorsOf(answer))).toEqual(['email'])
  })

  it('takes two spellings of an email for the same address', async () => {
    const { email } = newPerson()
    await site.visitor().register({ email })

    const answer = await site.visitor().register({ email: email.toUpperCase() })

    expect(answer.status).toBe(422)
    expect(errorsOf(answer)).toEqual({ email: t('errors.email.taken') })
  })

  it('names both fields if both are taken', async () => {
    const { username, email } = newPerson()
    await site.visitor().register({ username, email })

    const answer = await site.visitor().register({ username, email })

    expect(errorsOf(answer)).toEqual({
      username: t('errors.username.taken'),
      email: t('errors.email.taken'),
    })
  })

  it('takes no name that an account of another site has', async () => {
    const { username, email } = newPerson()
    await usersOf(site).insertOne({ username, email, password: 'd41d8cd98f00b204e9800998ecf8427e' })

    const answer = await site.visitor().register({ username, email })

    expect(answer.status).toBe(422)
    expect(await usersOf(site).countDocuments({ username })).toBe(1)
  })
})
