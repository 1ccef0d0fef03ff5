// `sesame import` and `sesame password upgrade`: another site's users are taken over and sign in through the front door.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import md5 from 'md5'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readRows } from '../../../lib/files/rows.ts'
import { importUsers, type Refused } from '../../../models/operator/import.ts'
import { upgradePasswords } from '../../../models/operator/password-upgrade.ts'
import { usersOf } from '../../documents.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { environmentOf, run } from '../command.ts'
import { startCommand } from '../process.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
beforeEach(() => usersOf(site).deleteMany({}))
afterAll(() => site.close())

const hash = md5(validPassword)
const json = (fields: object) => JSON.stringify({ password: hash, ...fields })

describe('sesame import', () => {
  it('takes a mongoexport: names of old as they are, dates, and everybody can sign in', async () => {
    const lines = [
      '\uFEFF{"_id":{"$oid":"65a000000000000000000001"},"username":"Ann O\'Neil","email":"Ann@Example.com",' +
        `"password":"${hash.toUpperCase()}","__v":0,"createdAt":{"$date":"2019-05-04T03:02:01.000Z"}}\r`,
      '',
      json({ username: '老用户', email: 'old@example.com', createdAt: '2020-01-02' }),
      json({ username: 'no-mail', nickname: 'x' }),
      json({ username: 'bob@home.example', email: 'bob@work.example', nickname: 'y' }),
    ]

    const { code, out, said } = await imported(lines.join('\n'), 'users.jsonl', '--verified')

    expect(code).toBe(0)
    expect(out).toMatch(/ {2}4 users taken\n[^]*0 rows refused/)
    expect(out).toContain('1 user without an email')
    expect(out).toContain('stay bare md5 until "node dist/bin/sesame.js password upgrade"')
    expect(said.match(/nickname/g)).toHaveLength(1)
    const ann = await usersOf(site).findOne({ username: "Ann O'Neil" })
    expect(ann).toMatchObject({
      usernameKey: "ann o'neil",
      emailKey: 'ann@example.com',
      password: hash,
      createdAt: new Date('2019-05-04T03:02:01Z'),
      emailVerifiedAt: expect.any(Date) as Date,
    })
    expect(ann).not.toHaveProperty('__v')
    for (const username of [
      "Ann O'Neil",
      'ANN@example.com',
      '老用户',
      'no-mail',
      'bob@home.example',
    ]) {
      expect((await site.visitor().signIn({ username })).status).toBe(303)
    }
  })

  it('tells for each row why it is refused, writes all refusals to a file, and keeps the rest', async () => {
    await site.visitor().register({ username: 'taken-name', email: 'taken@example.com' })
    const long = '字'.repeat(65)
    const rows = [
      'username,password,email',
      `good,${hash},good@example.com`,
      `"comma, quote "" and name",${hash},quoted@example.com`,
      `,${hash},nobody@example.com`,
      `bell\u0007,${hash},bell@example.com`,
      `${long},${hash},long@example.com`,
      `short-hash,${hash.slice(1)},short@example.com`,
      `bad-mail,${hash},not-an-address`,
      `Taken-Name,${hash},other@example.com`,
      `other-name,${hash},TAKEN@example.com`,
      `GOOD,${hash},second-good@example.com`,
      `good,${hash},good@example.com`,
      `few,${hash}`,
      `un"quoted,${hash},unquoted@example.com`,
      `"open,${hash},open@example.com`,
      `after,${hash},after@example.com`,
    ].join('\r\n')
    const invalid = Buffer.concat([
      Buffer.from(`${rows}\r\n`),
      Buffer.from([0xc3, 0x28]),
      Buffer.from(`,${hash},bytes@example.com\n`),
      Buffer.from(`${'x'.repeat(70_000)},${hash},huge@example.com\n`),
      Buffer.from(`cut-off,${hash.slice(0, 9)}`),
    ])
    const report = join(await temporaryFolder(), 'refused.jsonl')

    const { code, out } = await imported(invalid, 'users.csv', '--report', report)

    const refused = (await readFile(report, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Refused)
    expect(code).toBe(1)
    expect(out).toMatch(/ {2}3 users taken\n {2}1 row skipped[^\n]*\n {2}14 rows refused/)
    expect(out).toContain(
      '    line 9 (Taken-Name): the username is taken by an earlier row or user\n',
    )
    expect(refused.map(({ line, reason }) => [line, reason])).toEqual([
      [4, 'username-missing'],
      [5, 'username-control'],
      [6, 'username-long'],
      [7, 'password-not-md5'],
      [8, 'email-form'],
      [9, 'username-taken'],
      [10, 'email-taken'],
      [11, 'username-taken'],
      [13, 'column-count'],
      [14, 'not-csv'],
      [15, 'not-csv'],
      [17, 'not-utf-8'],
      [18, 'line-too-long'],
      [19, 'column-count'],
    ])
    expect(out + JSON.stringify(refused)).not.toContain(hash)
    const names = await usersOf(site).distinct('username')
    expect(names.sort()).toEqual(['after', 'comma, quote " and name', 'good', 'taken-name'])
  })

  it('leaves a file whole that is named as its own report', async () => {
    const file = join(await temporaryFolder(), 'users.csv')
    await writeFile(file, 'username,password\n')

    const { code, said } = await run(['import', file, '--report', file], environmentOf(site))

    expect([code, said]).toEqual([1, 'FILE and --report are the same file.\n'])
    expect(await readFile(file, 'utf8')).toBe('username,password\n')
  })

  it('says what is wrong with a JSON line, and with a file that has no rows to read', async () => {
    const lines = [
      '{"username":7,"password":""}',
      '[1]',
      json({ username: 'ok' }),
      '{"username":"cut',
    ]
    const refused: Refused[] = []
    await taken(lines.join('\n'), refused)
    const files = await Promise.all([
      imported('[{"username":"a"}]', 'array.json'),
      imported('name;password\na;b', 'no-username.csv'),
      imported(Buffer.from('\uFEFFusername', 'utf16le'), 'utf16.csv'),
      imported('username,password\r', 'header.csv'),
      imported('\n', 'empty.jsonl'),
      run(['import', '/nonexistent/users.csv'], environmentOf(site)),
    ])

    expect(refused.map(({ line, reason }) => [line, reason])).toEqual([
      [1, 'username-not-text'],
      [2, 'not-json'],
      [4, 'not-json'],
    ])
    expect(files.map(({ code, out }) => [code, out])).toEqual(files.map(() => [1, '']))
    expect(files.map(({ said }) => said).join()).toMatch(
      /JSON array[^]*"username"[^]*UTF-8(?:[^]*no row){2}[^]*ENOENT/,
    )
    expect(files.map(({ said }) => said).join()).not.toMatch(/^\s+at /m)
  })

  it('loses no row of a file whose lines end with CR, as some spreadsheets write', async () => {
    const rows = [
      'username;password',
      `a;${hash}`,
      `"b";${hash}`,
      `"c\r";${hash}`,
      'd;',
      `a;${hash}`,
    ]

    const { code, out } = await imported(rows.join('\r'), 'users.csv', '--json')

    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ rows: 5, taken: 3, skipped: 1, refused: 1 })
    expect((await usersOf(site).distinct('username')).sort()).toEqual(['a', 'b', 'c'])
  })

  it('writes nothing in a dry run, and foretells the same as then happens', async () => {
    const rows = [...many(2500), json({ username: 'u7', email: 'x@example.com' }), ...many(3)]

    const dry = await run(
      ['import', '-', '--dry-run', '--json'],
      environmentOf(site),
      rows.join('\n'),
    )
    const before = await usersOf(site).countDocuments({})
    const real = await taken(rows.join('\n'))
    const again = await taken(rows.join('\n'))

    expect(before).toBe(0)
    expect(JSON.parse(dry.out)).toMatchObject({ ...real, dryRun: true, refusals: [{ line: 2501 }] })
    expect(real).toMatchObject({ taken: 2500, skipped: 3, refused: 1 })
    expect(again).toMatchObject({ taken: 0, skipped: 2503, refused: 1 })
  })

  it('finishes what was stopped when it is run again, and meets a second import half-way', async () => {
    const rows = many(3000).join('\n')
    const stopping = new AbortController()

    const first = await taken(rows, [], stopping.signal, () => {
      stopping.abort()
    })
    const both = await Promise.all([taken(rows), taken(rows)])

    expect(first).toMatchObject({ taken: 1000, stopped: true })
    expect(both.map(({ refused }) => refused)).toEqual([0, 0])
    expect(both.reduce((sum, one) => sum + one.taken, 0)).toBe(2000)
    expect(await usersOf(site).countDocuments({})).toBe(3000)
  })
})

describe('sesame password upgrade', () => {
  it('stops at Ctrl-C with what is done kept, and does the rest when run again', async () => {
    await taken(many(350).join('\n'))
    const command = startCommand(['password', 'upgrade'], environmentOf(site))
    await command.says('Database:')
    await expect.poll(() => bareMd5s()).toBeLessThan(350)

    command.kill('SIGINT')
    const stopped = await command.ended
    const left = await bareMd5s()
    const rest = await run(['password', 'upgrade'], environmentOf(site))

    expect(stopped.code).toBe(130)
    expect(stopped.said).toContain('Run it again for the rest.')
    expect(left).toBeGreaterThan(0)
    expect(rest).toMatchObject({ code: 0 })
    expect(rest.out).toMatch(new RegExp(`^${left} passwords of ${left} wrapped`))
    expect(await bareMd5s()).toBe(0)
    expect((await site.visitor().signIn({ username: 'u349' })).status).toBe(303)
  })

  it('lets who signs in meanwhile come first, wraps upper case and decomposed passwords, and names the damaged', async () => {
    const decomposed = 'cafe\u0301 au lait for all'
    await taken(many(150).join('\n'))
    await usersOf(site).insertMany([
      { username: 'upper', password: hash.toUpperCase() },
      { username: 'decomposed', password: md5(decomposed) },
      { username: 'damaged', password: hash.slice(2) },
    ])
    await usersOf(site).deleteOne({ username: 'u1' })
    const signIns: Promise<{ status: number }>[] = []
    const names = ['u0', 'u5', 'u149', 'upper']

    const report = await upgradePasswords(new AbortController().signal, () => {
      signIns.push(...names.splice(0).map((username) => site.visitor().signIn({ username })))
    })

    expect(report).toMatchObject({ found: 151, damaged: ['damaged'], stopped: false })
    expect(report.upgraded + report.overtaken).toBe(151)
    const statuses = (await Promise.all(signIns)).map(({ status }) => status)
    expect(statuses).toEqual([303, 303, 303, 303])
    expect(await bareMd5s()).toBe(0)
    const signIn = { username: 'decomposed', password: decomposed }
    expect((await site.visitor().signIn(signIn)).status).toBe(303)
    expect((await site.visitor().signIn({ username: 'upper' })).status).toBe(303)
  })

  it('ends with 1 and the names where a stored password is damaged', async () => {
    await usersOf(site).insertMany([{ username: 'broken-bob', password: 'x' }])

    const { code, out, said } = await run(['password', 'upgrade'], environmentOf(site))

    expect(code).toBe(1)
    expect(out).toBe('There is no bare md5.\n')
    expect(said).toMatch(/1 stored password can't be matched.*: broken-bob/)
  })
})

async function imported(content: string | Buffer, name: string, ...options: string[]) {
  const file = join(await temporaryFolder(), name)
  await writeFile(file, content)
  return run(['import', file, ...options], environmentOf(site))
}

async function taken(
  content: string,
  refused: Refused[] = [],
  signal = new AbortController().signal,
  onBatch: () => void = () => undefined,
) {
  const onRefused = (one: Refused) => void refused.push(one)
  const rows = readRows(Readable.from([Buffer.from(content)]))
  return importUsers(rows, { verified: false, dryRun: false, signal, onRefused, onBatch })
}

function many(count: number): string[] {
  return Array.from({ length: count }, (_, n) =>
    json({ username: `u${n}`, email: `u${n}@example.com` }),
  )
}

async function bareMd5s(): Promise<number> {
  return usersOf(site).countDocuments({ password: /^[0-9a-f]{32}$/i })
}
