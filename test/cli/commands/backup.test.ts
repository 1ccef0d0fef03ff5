// `sesame backup` and `sesame restore`: what was taken while people used the site comes back as a whole, or not at all.
import { createHash } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import md5 from 'md5'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DATABASE_NAME } from '../../../config/database.ts'
import { findFlaws } from '../../consistency.ts'
import { sessionsOf, usersOf } from '../../documents.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { connect, startEngine } from '../../lib/embedded-mongodb/engine.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { environmentOf, run } from '../command.ts'
import { runProcess } from '../process.ts'
import { startLoad } from '../../bin/load.ts'
import { openSite as openProcess } from '../../bin/process.ts'

const OTHERS = 3000 // users, so that a backup takes a while
const SLOW = 180_000 // milliseconds: several processes, one after the other

let site: Site
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on', TRUST_PROXY: '1' })
})
beforeEach(async () => {
  await usersOf(site).deleteMany({})
  await site.visitor().register({ username: 'keeper', email: 'keeper@example.com' })
})
afterAll(() => site.close())

const sesame = (words: string[], more: Record<string, string> = {}) =>
  run(words, { ...environmentOf(site), ...more })
const collection = (name: string) => site.database.collection(name)
const namesIn = async () => (await usersOf(site).distinct('username')).sort()
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

describe('sesame backup', () => {
  it(
    'taken while people come, change everything and leave restores to a whole',
    async () => {
      const DATA_DIR = await temporaryFolder()
      const file = join(DATA_DIR, 'site.backup')
      const busy = await openProcess({ DATA_DIR, TRUST_PROXY: '1' })
      const others = Array.from({ length: OTHERS }, (_, i) =>
        JSON.stringify({
          username: `u${i}`,
          email: `u${i}@example.com`,
          password: md5(validPassword),
        }),
      )
      await runProcess(['import', '-'], { DATA_DIR }, others.join('\n'))
      const load = startLoad(busy.address)
      await expect.poll(() => load.settled.length, { timeout: 60_000 }).toBeGreaterThan(2)
      const acknowledged = [...load.settled]

      const taken = await runProcess(['backup', file], { DATA_DIR })
      await load.stop()
      const restored = await sesame(['restore', file, '--replace', '--yes'])

      expect(taken).toMatchObject({ code: 0 })
      expect(taken.said).toContain('beside the site that runs on it')
      expect(restored).toMatchObject({ code: 0 })
      expect(await findFlaws()).toEqual([])
      expect(await collection('activities').countDocuments()).toBeGreaterThan(0)
      expect(await collection('reservations').countDocuments()).toBeGreaterThan(0)
      const names = await namesIn()
      expect(names.filter((name) => /^u\d+$/.test(name))).toHaveLength(OTHERS)
      expect(acknowledged.filter((name) => !names.includes(name))).toEqual([])
      for (const username of ['u0', `u${OTHERS - 1}`, ...acknowledged.slice(0, 3)]) {
        expect((await site.visitor().signIn({ username })).status).toBe(303)
      }
      const [{ names: had, passwords } = { names: [], passwords: [] }] = load.restless
      const [username = ''] = had.filter((name) => names.includes(name))
      const signIns = []
      for (const password of passwords) {
        signIns.push((await site.visitor().signIn({ username, password })).status)
      }
      expect(signIns.filter((status) => status === 303)).toHaveLength(1)
    },
    SLOW,
  )

  it(
    'is readable by its owner alone, overwrites nothing and leaves nothing half-written',
    async () => {
      const folder = await temporaryFolder()
      const [file, other] = [join(folder, 'a.backup'), join(folder, 'b.backup')]
      await writeFile(`${other}.partial`, 'of another one')

      const first = await sesame(['backup', file])
      const before = await readFile(file)
      const again = await sesame(['backup', file])
      const meanwhile = await sesame(['backup', other])
      const nowhere = await sesame(['backup', join(folder, 'none', 'c.backup')])

      expect(first).toMatchObject({ code: 0 })
      expect(first.said).toContain('Not in it: sessions, links of mails, mails that wait.')
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      expect(again).toMatchObject({ code: 1, out: '' })
      expect(again.said).toBe(`${file} is there already. Nothing was written; name another file.\n`)
      expect(await readFile(file)).toEqual(before)
      expect(meanwhile.said).toContain(`${other}.partial is there`)
      expect(await readFile(`${other}.partial`, 'utf8')).toBe('of another one')
      expect(nowhere).toMatchObject({ code: 1 })
      expect(nowhere.said).toContain('(ENOENT)')
      expect((await readdir(folder)).sort()).toEqual(['a.backup', 'b.backup.partial'])
    },
    SLOW,
  )

  it(
    'of a database with nobody in it is refused: it is the wrong one',
    async () => {
      const folder = await temporaryFolder()

      const { code, said } = await runProcess(['backup', join(folder, 'x')], { DATA_DIR: folder })

      expect(code).toBe(1)
      expect(said).toContain('There is nobody in it. Nothing was written.')
      expect(await readdir(folder)).not.toContain('x')
    },
    SLOW,
  )
})

describe('sesame restore', () => {
  it(
    'refuses a file that is cut off, changed or of another kind, and changes nothing',
    async () => {
      const folder = await temporaryFolder()
      const whole = join(folder, 'whole')
      await sesame(['backup', whole])
      const packed = await readFile(whole)
      const edited = gunzipSync(packed).toString('latin1').replace('keeper', 'Keeper')
      await writeFile(join(folder, 'text'), 'username,password\n')
      await writeFile(join(folder, 'cut'), packed.subarray(0, packed.length - 20))
      await writeFile(join(folder, 'edited'), gzipSync(Buffer.from(edited, 'latin1')))
      const before = await usersOf(site).find().toArray()

      const names = ['text', 'cut', 'edited', 'none']
      const ended = await Promise.all(
        names.map((name) => sesame(['restore', join(folder, name), '--replace', '--yes'])),
      )

      for (const { code, out, said } of ended) {
        expect([code, out]).toEqual([1, ''])
        expect(said).toMatch(/ can't be (restored\.|read) .*Nothing was changed\.\n$/)
        expect(said).not.toMatch(/^\s+at /m)
      }
      expect(await usersOf(site).find().toArray()).toEqual(before)
      const left = (await site.database.listCollections()).map(({ name }) => name)
      expect(left.filter((name) => name.startsWith('restoring'))).toEqual([])
    },
    SLOW,
  )

  it(
    'onto a disk that is too full changes nothing and says why, as an import does',
    async () => {
      const folder = await temporaryFolder()
      const file = join(folder, 'a.backup')
      const engine = await startEngine(join(folder, 'data'))
      const other = (await connect(engine)).useDb(DATABASE_NAME)
      await sesame(['backup', file])
      const row = JSON.stringify({ username: 'ann', password: md5('x') })
      // As if the disk had less than this free.
      const full = { setParameter: 1, indexBuildMinAvailableDiskSpaceMB: 8_000_000 }
      await other.getClient().db('admin').command(full)

      const restored = await runProcess(['restore', file], { MONGO_URL: engine.url })
      const imported = await runProcess(['import', '-'], { MONGO_URL: engine.url }, row)

      for (const { code, out, said } of [restored, imported]) {
        expect([code, out]).toEqual([3, ''])
        expect(said).toMatch(
          /^The disk of the database is too full: .* 8388608000000\.\nMake room/m,
        )
        expect(said).not.toMatch(/^\s+at /m)
      }
      expect(await other.collection('users').countDocuments()).toBe(0)
      const left = (await other.listCollections()).map(({ name }) => name)
      expect(left.filter((name) => name.startsWith('restoring'))).toEqual([])
    },
    SLOW,
  )

  it(
    'leaves users alone unless it is told to replace them, and then asks',
    async () => {
      const file = join(await temporaryFolder(), 'a.backup')
      await sesame(['backup', file])
      await site.visitor().register({ username: 'since-then', email: 'since-then@example.com' })
      const before = await namesIn()

      const refused = await sesame(['restore', file])
      const unasked = await sesame(['restore', file, '--replace'])
      const after = await namesIn()
      const done = await sesame(['restore', file, '--replace', '--yes'])

      expect(refused).toMatchObject({ code: 1, out: '' })
      expect(refused.said).toMatch(
        /There are 2 users in it\. Nothing was changed; --replace deletes/,
      )
      expect(unasked).toMatchObject({ code: 2, out: '' })
      expect(unasked.said).toContain('--yes')
      expect(after).toEqual(before)
      expect(done).toMatchObject({ code: 0 })
      expect(await namesIn()).toEqual(before.filter((name) => name !== 'since-then'))
      expect(await findFlaws()).toEqual([])
    },
    SLOW,
  )

  it(
    'keeps locks and counted failures, and ends every session, link and letter',
    async () => {
      const file = join(await temporaryFolder(), 'a.backup')
      const visitor = site.visitor()
      const { username = '', email = '' } = await visitor.registerAndSignIn()
      await site.visitor().signIn({ username, password: 'not the right one' })
      await visitor.fill('/account/email', { email: `new-${email}` })
      const links = (await site.mails())
        .map(({ link }) => link)
        .filter((link) => /\/[\w-]{43}$/.test(link))
      await sesame(['user', 'lock', 'keeper'])
      const counted = await collection('attempts')
        .find({ key: /^account:/ })
        .toArray()

      await sesame(['backup', file])
      const text = gunzipSync(await readFile(file)).toString()
      const { code, said } = await sesame(['restore', file, '--replace', '--yes'])

      expect(code).toBe(0)
      expect(said).toContain('All sessions and mailed links have ended: everybody signs in again.')
      expect(said).toContain('apps, recovery codes and passkeys are those of the backup again')
      expect(await findFlaws()).toEqual([])
      expect(
        await collection('attempts')
          .find({ key: /^account:/ })
          .toArray(),
      ).toEqual(counted)
      expect((await visitor.get('/account')).status).toBe(303)
      expect(await sessionsOf(site).countDocuments({ 'session.userId': { $exists: true } })).toBe(0)
      expect(links.length).toBeGreaterThan(1)
      for (const link of links) {
        expect((await site.visitor().get(link)).status).toBe(404)
        expect(text).not.toContain(hashOf(link.split('/').at(-1) ?? ''))
      }
      expect((await site.visitor().signIn({ username: 'keeper' })).status).toBe(422)
      expect((await site.visitor().signIn({ username })).status).toBe(303)
    },
    SLOW,
  )

  it(
    'tells where the pepper is another one, for then no password matches',
    async () => {
      const file = join(await temporaryFolder(), 'a.backup')
      const PASSWORD_PEPPER = 'a pepper that is long enough for the settings'

      const taken = await sesame(['backup', file], { PASSWORD_PEPPER })
      const same = await sesame(['restore', file, '--replace', '--yes'], { PASSWORD_PEPPER })
      const other = await sesame(['restore', file, '--replace', '--yes'])

      expect(taken.said).toContain('Keep PASSWORD_PEPPER too')
      expect(gunzipSync(await readFile(file)).toString()).not.toContain(PASSWORD_PEPPER)
      expect(same.said).not.toContain('PASSWORD_PEPPER is not that of the backup')
      expect(other.said).toContain('PASSWORD_PEPPER is not that of the backup')
      expect([taken.code, same.code, other.code]).toEqual([0, 0, 0])
    },
    SLOW,
  )
})
