// Passwords: checked by md5, kept as argon2id of it, and upgraded from older forms.
import { hash } from '@node-rs/argon2'
import md5 from 'md5'
import { afterEach, describe, expect, it } from 'vitest'
import {
  verifyPassword,
  hashFormat,
  NO_PASSWORD,
  hashPassword,
  usePepper,
  hashMd5Digest,
} from '../../lib/password.ts'

const password = 'correct horse 芝麻'
const TODAY = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/

afterEach(() => {
  usePepper(undefined)
})

describe('hashPassword()', () => {
  it('makes a PHC string with today’s parameters and a salt of its own (ASVS 11.4.2)', async () => {
    const [first, second] = await Promise.all([hashPassword(password), hashPassword(password)])

    expect(first).toMatch(TODAY)
    expect(first).not.toBe(second)
  })

  it('keeps argon2id of the md5, so that a bare md5 can be hashed without knowing the password', async () => {
    const wrapped = await hash(md5(password), { memoryCost: 19456, timeCost: 2, parallelism: 1 })

    expect(await verifyPassword(password, wrapped)).toEqual({ ok: true, damaged: false })
  })
})

describe('verifyPassword()', () => {
  it('accepts the password and nothing near it (ASVS 6.2.8)', async () => {
    const stored = await hashPassword(password)

    const near = [password.toUpperCase(), ` ${password}`, `${password} `, password.slice(0, -1), '']
    const results = await Promise.all([password, ...near].map((one) => verifyPassword(one, stored)))

    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, false, false, false])
  })

  it('tells apart passwords that differ only after their 72nd byte', async () => {
    const long = 'x'.repeat(255)
    const stored = await hashPassword(`${long}a`)

    expect((await verifyPassword(`${long}b`, stored)).ok).toBe(false)
  })

  it('takes é as the same letter however a keyboard composes it (NIST SP 800-63B-4)', async () => {
    const stored = await hashPassword('caf\u00e9 au lait')

    expect((await verifyPassword('cafe\u0301 au lait', stored)).ok).toBe(true)
  })

  it.each([md5(password), md5(password).toUpperCase()])(
    'accepts the bare md5 %s and asks for an upgrade',
    async (stored) => {
      const { ok, upgrade } = await verifyPassword(password, stored)

      expect(ok).toBe(true)
      expect(upgrade).toMatch(TODAY)
      expect(await verifyPassword(password, upgrade)).toEqual({ ok: true, damaged: false })
    },
  )

  it('accepts the bare md5 of a password whose letters were sent decomposed', async () => {
    const decomposed = 'cafe\u0301 au lait'

    expect((await verifyPassword(decomposed, md5(decomposed))).ok).toBe(true)
  })

  it('accepts it also after it was wrapped, and then asks for the composed form', async () => {
    const decomposed = 'cafe\u0301 au lait'
    const wrapped = await hashMd5Digest(md5(decomposed).toUpperCase())

    const { ok, upgrade } = await verifyPassword(decomposed, wrapped)

    expect(ok).toBe(true)
    expect(await verifyPassword('caf\u00e9 au lait', wrapped)).toEqual({
      ok: false,
      damaged: false,
    })
    expect(await verifyPassword('caf\u00e9 au lait', upgrade)).toEqual({ ok: true, damaged: false })
  })

  it('compares what was typed in as many readings for nobody as for somebody (ASVS 6.3.8)', async () => {
    const typed = 'cafe\u0301 au lait'
    const known = await hashPassword('something else')
    await verifyPassword(typed, undefined) // makes the decoy

    const cheap = await hash(md5('x'), { memoryCost: 4096, timeCost: 1, parallelism: 1 })
    const stored = [known, undefined, md5('x'), cheap, NO_PASSWORD]
    const spent = stored.map(() => 0)
    // In turns, so that what else the machine does meanwhile is shared.
    for (let turn = 0; turn < 8 * stored.length; turn++) {
      const before = process.cpuUsage()
      await verifyPassword(typed, stored[turn % stored.length])
      const { user, system } = process.cpuUsage(before)
      spent[turn % stored.length] = (spent[turn % stored.length] ?? 0) + user + system
    }
    const [somebody = 0, ...others] = spent

    for (const other of others) {
      expect(other / somebody).toBeGreaterThan(0.6)
      expect(other / somebody).toBeLessThan(1.6)
    }
  })

  it('refuses a wrong password against a bare md5 without an upgrade', async () => {
    expect(await verifyPassword('something else', md5(password))).toEqual({ ok: false })
  })

  it('upgrades a hash with cheaper parameters once the password was right', async () => {
    const old = await hash(md5(password), { memoryCost: 4096, timeCost: 1, parallelism: 1 })

    expect((await verifyPassword(password, old)).upgrade).toMatch(TODAY)
    expect(await verifyPassword('something else', old)).toEqual({ ok: false, damaged: false })
  })

  it.each(['', 'plain', '$argon2id$', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$!!', '$2b$10$abc'])(
    'fails on the damaged hash %j and says so (ASVS 11.2.5)',
    async (stored) => {
      expect(await verifyPassword(password, stored)).toEqual({ ok: false, damaged: true })
    },
  )

  it('fails where there is none, whatever is typed', async () => {
    for (const typed of ['', NO_PASSWORD, password]) {
      expect(await verifyPassword(typed, NO_PASSWORD)).toEqual({ ok: false, damaged: false })
    }
  })

  it('fails for somebody who does not exist', async () => {
    expect(await verifyPassword(password, undefined)).toEqual({ ok: false, damaged: false })
  })
})

describe('hashFormat()', () => {
  it('tells a hash of today, a bare md5 and what nothing can match apart', async () => {
    const kinds = [
      await hashPassword(password),
      md5(password).toUpperCase(),
      'plain',
      NO_PASSWORD,
      undefined,
      7,
    ].map(hashFormat)

    expect(kinds).toEqual(['argon2id', 'bare md5', 'damaged', 'none', 'damaged', 'damaged'])
  })
})

describe('usePepper()', () => {
  it('makes hashes that the database alone can’t verify', async () => {
    usePepper('a pepper that is kept out of the database')
    const stored = await hashPassword(password)
    expect((await verifyPassword(password, stored)).ok).toBe(true)

    usePepper(undefined)

    expect((await verifyPassword(password, stored)).ok).toBe(false)
  })
})
