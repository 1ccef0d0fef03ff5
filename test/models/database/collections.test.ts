// A collection that a clone of the site adds: with one entry in the registry everything that treats people's data treats it, too.
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { collections } from '../../../models/database/collections.ts'
import { buildIndexes } from '../../../models/database/indexes.ts'
import { environmentOf, run } from '../../cli/command.ts'
import { usersOf } from '../../documents.ts'
import { openSite, type Site } from '../../helper.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
  await site.visitor().register({ username: 'ada' })
})
beforeEach(async () => {
  collections.notes = { backup: 'kept', owner: 'userId', indexes: [[{ userId: 1 }]] }
  await notes().deleteMany({})
})
afterAll(async () => {
  await notes().drop()
  delete collections.notes
  await site.close()
})

const notes = () => site.database.collection('notes')
const sesame = (...words: string[]) => run(words, environmentOf(site))

describe('A collection in the registry', () => {
  it('has its indexes when the site opens', async () => {
    await buildIndexes()

    expect((await notes().indexes()).map(({ key }) => key)).toContainEqual({ userId: 1 })
  })

  it('is part of the export of its owner, and of nobody else', async () => {
    const owner = await memberWithNote('buy a lamp')
    const other = await memberWithNote('sell the lamp')

    const { text } = await owner.visitor.get('/account/export')

    expect(text).toContain('buy a lamp')
    expect(text).not.toContain('sell the lamp')
    expect((await other.visitor.get('/account/export')).text).toContain('sell the lamp')
  })

  it('is deleted with its owner', async () => {
    const owner = await memberWithNote('gone')
    await memberWithNote('stays')

    await owner.visitor.fill('/account/delete', { username: owner.username })

    expect(await notes().distinct('text')).toEqual(['stays'])
  })

  it('comes back from a backup, but for what belongs to nobody', async () => {
    const owner = await memberWithNote('kept')
    await notes().insertOne({ userId: '6500000000000000000000aa', text: 'of nobody' })
    const file = join(await temporaryFolder(), 'site.backup')

    expect((await sesame('backup', file)).code).toBe(0)
    await notes().deleteMany({})
    expect((await sesame('restore', file, '--replace', '--yes')).code).toBe(0)

    expect(await notes().find().toArray()).toMatchObject([{ userId: owner.id, text: 'kept' }])
  })
})

describe('sesame backup', () => {
  it('is refused, and names the collection, where the registry does not know one', async () => {
    delete collections.notes
    await notes().insertOne({ text: 'unknown' })
    const file = join(await temporaryFolder(), 'site.backup')

    const { code, said } = await sesame('backup', file)

    expect([code, said]).toEqual([1, expect.stringMatching(/notes.*Nothing was written/)])
  })
})

async function memberWithNote(text: string) {
  const visitor = site.visitor()
  const { username = '' } = await visitor.becomeMember()
  const user = await usersOf(site).findOne({ username })
  const id = String(user?._id)
  await notes().insertOne({ userId: id, text })
  return { visitor, username, id }
}
