// The second factor as it is stored and checked: each code once, nothing in clear, and nothing before it is confirmed.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { useEncryptionKeys } from '../../../lib/field-encryption.ts'
import { codeAt, newTotpSecret, stepOfCode } from '../../../lib/totp.ts'
import {
  beginTwoFactor,
  confirmTwoFactor,
  endTwoFactor,
  findTwoFactor,
  renewRecoveryCodes,
} from '../../../models/account/two-factor.ts'
import { takeAppCode, takeRecoveryCode } from '../../../models/account/two-factor/check.ts'
import { User } from '../../../models/user.ts'
import { openSite, type Site } from '../../helper.ts'
import { contextOf, giveApp, nextCode, wrongCode } from '../../two-factor.ts'

const STEP = 30_000 // milliseconds
const MANY = 50

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterEach(() => useEncryptionKeys(site.settings.encryptionKeys))
afterAll(() => site.close())

const newUser = async () => (await site.visitor().becomeMember()).username ?? ''
const countTrue = (answers: boolean[]) => answers.filter(Boolean).length
const times = <T>(act: () => Promise<T>) => Promise.all(Array.from({ length: MANY }, act))

describe('The codes of an app', () => {
  it('are those of RFC 6238 (appendix B, SHA-1), cut to six digits', () => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

    expect([59, 1111111109, 2000000000].map((second) => codeAt(secret, second * 1000))).toEqual([
      '287082',
      '081804',
      '279037',
    ])
  })

  it('count in their own thirty seconds and in those on either side (ASVS 6.5.5)', () => {
    const [secret, now] = [newTotpSecret(), 1_800_000_000_000]
    const steps = [-2, -1, 0, 1, 2].map((step) =>
      stepOfCode(secret, codeAt(secret, now + step * STEP), now),
    )

    expect(secret).toMatch(/^[A-Z2-7]{32}$/) // 20 bytes
    expect(steps).toEqual([undefined, 59999999, 60000000, 60000001, undefined])
  })
})

describe('A second factor', () => {
  it('counts only once a code of the app confirms it', async () => {
    const context = await contextOf(site, await newUser())
    const { id } = context.member
    await beginTwoFactor(context)
    const { isOn, pending: { secret, address } = { secret: '', address: '' } } =
      await findTwoFactor(id)
    const wrong = await confirmTwoFactor({ code: wrongCode(secret) }, context)
    const isOnThen = (await findTwoFactor(id)).isOn
    const right = await confirmTwoFactor({ code: codeAt(secret) }, context)

    expect([isOn, wrong.ok, isOnThen, right.ok]).toEqual([false, false, false, true])
    expect(address).toContain(`secret=${secret}`)
    expect(await findTwoFactor(id)).toMatchObject({ isOn: true, codesLeft: 10 })
  })

  it('lets one of fifty through who send one code of the app (ASVS 6.5.1)', async () => {
    const { secret, context } = await giveApp(site, await newUser())
    const code = codeAt(secret)

    expect(countTrue(await times(() => takeAppCode(context.member.id, code)))).toBe(1)
  })

  it('takes no code again, and none that is older than the last (ASVS 6.5.1)', async () => {
    const { secret, context } = await giveApp(site, await newUser())
    const [now, next] = [codeAt(secret), nextCode(secret)]
    const typed = `${next.slice(0, 3)} ${next.slice(3)}`.replace(/\d/g, (digit) =>
      String.fromCharCode(digit.charCodeAt(0) - 0x30 + 0xff10),
    )

    const answers = []
    for (const code of [wrongCode(secret), '', typed, next, now]) {
      answers.push(await takeAppCode(context.member.id, code))
    }

    expect(answers).toEqual([false, false, true, false, false])
  })

  it('lets one of fifty through who send one recovery code, however it is typed', async () => {
    const { codes, context } = await giveApp(site, await newUser())
    const { id } = context.member
    const [first = '', second = '', third = ''] = codes
    const typed = ` ${second.replaceAll('-', ' ').toUpperCase()} `.replaceAll('0', 'O')

    expect(countTrue(await times(() => takeRecoveryCode(id, first)))).toBe(1)
    expect(await takeRecoveryCode(id, typed)).toBe(true)
    expect(await takeRecoveryCode(id, third.slice(1))).toBe(false)
    expect((await findTwoFactor(id)).codesLeft).toBe(8)
  })

  it('gets new recovery codes in the place of the old ones, and ends with all of them', async () => {
    const { codes, context, secret } = await giveApp(site, await newUser())
    const { id } = context.member
    const [fresh = ''] = (await renewRecoveryCodes(context))?.value.codes ?? []
    const old = await takeRecoveryCode(id, codes[0] ?? '')
    const ended = await endTwoFactor(context)

    expect([old, ended?.ok, new Set([...codes, fresh]).size]).toEqual([false, true, 11])
    expect(await takeRecoveryCode(id, fresh)).toBe(false)
    expect(await takeAppCode(id, nextCode(secret))).toBe(false)
    expect(await findTwoFactor(id)).toEqual({ isOn: false })
  })

  it('lies in the database without its secret or a recovery code in clear (ASVS 6.5.2)', async () => {
    const { secret, codes } = await giveApp(site, await newUser())
    const other = await contextOf(site, await newUser())
    await beginTwoFactor(other)
    const pending = (await findTwoFactor(other.member.id)).pending?.secret ?? ''

    const dump = await dumpOf(site)

    const plain = [secret, pending, ...codes, ...codes.map((code) => code.replaceAll('-', ''))]
    expect(dump).toContain(other.member.username)
    expect(plain.filter((one) => one === '' || dump.includes(one.toLowerCase()))).toEqual([])
  })

  it('has a secret that is worth nothing in another account, and with other keys', async () => {
    const { secret, context } = await giveApp(site, await newUser())
    const other = await giveApp(site, await newUser())
    const stolen = await User.findById(context.member.id).lean()
    await User.updateOne(
      { _id: other.context.member.id },
      { $set: { 'twoFactor.secret': stolen?.twoFactor?.secret } },
    )
    const [key = ''] = site.settings.encryptionKeys
    const take = () => takeAppCode(context.member.id, nextCode(secret))

    await expect(takeAppCode(other.context.member.id, codeAt(secret))).rejects.toThrow('decrypts')
    useEncryptionKeys(['another key, which is long enough'])
    await expect(take()).rejects.toThrow('ENCRYPTION_KEYS')
    useEncryptionKeys(['another key, which is long enough', key])
    expect(await take()).toBe(true)
  })
})

async function dumpOf({ database }: Site): Promise<string> {
  const collections = (await database.db?.collections()) ?? []
  const documents = await Promise.all(collections.map((one) => one.find().toArray()))
  return JSON.stringify(documents).toLowerCase()
}
