// The passwords that everybody tries first.
import { describe, expect, it } from 'vitest'
import { brand } from '../../../config/site.ts'
import { isCommonPassword } from '../../../lib/password/common.ts'

describe('isCommonPassword()', () => {
  it.each([
    'password',
    'PASSWORD',
    '12345678',
    'qwertyui',
    'passwordpassword',
    brand.shortName.repeat(2).toUpperCase(),
    'woaini1314',
  ])('knows %s (ASVS 6.1.2, 6.2.4, 6.2.11)', (password) => {
    expect(isCommonPassword(password)).toBe(true)
  })

  it.each(['a lantern in the cave', 'my password is long', '芝麻开门吧我等着呢'])(
    'lets %s pass: the whole password counts, not a word in it',
    (password) => {
      expect(isCommonPassword(password)).toBe(false)
    },
  )
})
