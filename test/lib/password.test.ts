// Passwords: checked by md5, kept as argon2id of it, and upgraded from older forms.
import { hash } from '@node-rs/argon2'
import md5 from 'md5'
import { afterEach, describe, expect, it } from 'vitest'
import { check, kindOf, seal, usePepper, wrap } from '../../lib/password.ts'

const password = 'correct horse 芝麻'
const TODAY = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/

afterEach(() => {
  usePepper(undefined)
})

describe('seal()', () => {
  it('makes a PHC string with today’s parameters and a salt of its own (ASVS 11.4.2)', async () => {
    const [first, second] = await Promise.all([seal(password), seal(password)])

    expect(first).toMatch(TODAY)
    expect(first).not.toBe(second)
  })

  it('keeps argon2id of the md5, so that an md5 can be wrapped without knowing the password', async () => {
    const wrapped = await hash(md5(password), { memoryCost: 19456, timeCost: 2, parallelism: 1 })

    expect(await check(password, wrapped)).toEqual({ ok: true, damaged: false })
  })
})

describe('check()', () => {
  it('accepts the password and nothing near it (ASVS 6.2.8)', async () => {
    const stored = await seal(password)

    const near = [password.toUpperCase(), ` ${password}`, `${password} `, password.slice(0, -1), '']
    const results = await Promise.all([password, ...near].map((one) => check(one, stored)))

    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, false, false, false])
  })

  it('tells apart passwords that differ only after their 72nd byte', async () => {
    const long = 'x'.repeat(255)
    const stored = await seal(`${long}a`)

    expect((await check(`${long}b`, stored)).ok).toBe(false)
  })

  it('takes é as the same letter however a keyboard composes it (NIST SP 800-63B-4)', async () => {
    const stored = await seal('caf\u00e9 au lait')

    expect((await check('cafe\u0301 au lait', stored)).ok).toBe(true)
  })

  it.each([md5(password), md5(password).toUpperCase()])(
    'accepts the bare md5 %s and asks for an upgrade',
    async (stored) => {
      const { ok, upgrade } = await check(password, stored)

      expect(ok).toBe(true)
      expect(upgrade).toMatch(TODAY)
      expect(await check(password, upgrade)).toEqual({ ok: true, damaged: false })
    },
  )

  it('accepts the bare md5 of a password whose letters were sent decomposed', async () => {
    const decomposed = 'cafe\u0301 au lait'

    expect((await check(decomposed, md5(decomposed))).ok).toBe(true)
  })

  it('accepts it also after it was wrapped, and then asks for the composed form', async () => {
    const decomposed = 'cafe\u0301 au lait'
    const wrapped = await wrap(md5(decomposed).toUpperCase())

    const { ok, upgrade } = await check(decomposed, wrapped)

    expect(ok).toBe(true)
    expect(await check('caf\u00e9 au lait', wrapped)).toEqual({ ok: false, damaged: false })
    expect(await check('caf\u00e9 au lait', upgrade)).toEqual({ ok: true, damaged: false })
  })

  it('compares what was typed in as many readings for nobody as for somebody (ASVS 6.3.8)', async () => {
    const typed = 'cafe\u0301 au lait'
    const known = await seal('something else')
    await check(typed, undefined) // makes the decoy

    const stored = [known, undefined, md5('x')]
    const spent = stored.map(() => 0)
    // In turns, so that what else the machine does meanwhile is shared.
    for (let turn = 0; turn < 8 * stored.length; turn++) {
      const before = process.cpuUsage()
      await check(typed, stored[turn % stored.length])
      const { user, system } = process.cpuUsage(before)
      spent[turn % stored.length] = (spent[turn % stored.length] ?? 0) + user + system
    }
    const [somebody = 0, nobody = 0, old = 0] = spent

    expect(nobody / somebody).toBeGreaterThan(0.6)
    expect(nobody / somebody).toBeLessThan(1.6)
    expect(old / somebody).toBeGreaterThan(0.6)
    expect(old / somebody).toBeLessThan(1.6)
  })

  it('refuses a wrong password against a bare md5 without an upgrade', async () => {
    expect(await check('something else', md5(password))).toEqual({ ok: false })
  })

  it('upgrades a hash with cheaper parameters once the password was right', async () => {
    const old = await hash(md5(password), { memoryCost: 4096, timeCost: 1, parallelism: 1 })

    expect((await check(password, old)).upgrade).toMatch(TODAY)
    expect(await check('something else', old)).toEqual({ ok: false, damaged: false })
  })

  it.each(['', 'plain', '$argon2id$', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$!!', '$2b$10$abc'])(
    'fails on the damaged hash %j and says so (ASVS 11.2.5)',
    async (stored) => {
      expect(await check(password, stored)).toEqual({ ok: false, damaged: true })
    },
  )

  it('fails for somebody who does not exist', async () => {
    expect(await check(password, undefined)).toEqual({ ok: false, damaged: false })
  })
})

describe('kindOf()', () => {
  it('tells a hash of today, a bare md5 and what nothing can match apart', async () => {
    const kinds = [await seal(password), md5(password).toUpperCase(), 'plain', undefined, 7].map(
      kindOf,
    )

    expect(kinds).toEqual(['argon2id', 'bare md5', 'damaged', 'damaged', 'damaged'])
  })
})

describe('usePepper()', () => {
  it('makes hashes that the database alone can’t verify', async () => {
    usePepper('a pepper that is kept out of the database')
    const stored = await seal(password)
    expect((await check(password, stored)).ok).toBe(true)

    usePepper(undefined)

    expect((await check(password, stored)).ok).toBe(false)
  })
})
