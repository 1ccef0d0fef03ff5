// The fields of models/user/fields.ts as an operator sets them: `user add --set`, `user change`, `user show` and `import`.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import md5 from 'md5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { usersOf } from '../../documents.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { useFieldsOfEachKind } from '../../user-fields/list.ts'
import { newPerson } from '../../visitor.ts'
import { environmentOf, run } from '../command.ts'

const t = translator('en')

useFieldsOfEachKind()
let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const sesame = (words: string[], input?: string) => run(words, environmentOf(site), input)
const detailsOf = async (username: string) => (await usersOf(site).findOne({ username }))?.details

describe('sesame user add and change', () => {
  it('take a value for each field, and name the field that they refuse', async () => {
    const { username, email } = newPerson()
    const add = (...more: string[]) =>
      sesame(['user', 'add', username, email, '--password-stdin', ...more], validPassword)
    const change = (...values: string[]) =>
      sesame(['user', 'change', username, ...values.flatMap((value) => ['--set', value])])

    const missing = await add('--set', 'test-newsletter=perhaps')
    const added = await add('--set', 'test-company=Cave = Ltd', '--set', 'test-team=red')
    const changed = await change('test-team=', 'test-newsletter=yes')
    const wrong = await change('test-company=', 'test-team=green')
    const unknown = await change('toString=42')
    const shown = await sesame(['user', 'show', username])
    const help = await sesame(['user', 'change', '--help'])

    expect(missing.code).toBe(1)
    expect(missing.said).toContain(`  test-company: ${t('fields.test-company.missing')}\n`)
    expect(missing.said).toContain(`  test-newsletter: ${t('errors.yes-no')}\n`)
    expect([added.code, changed.code]).toEqual([0, 0])
    expect(wrong.code).toBe(1)
    expect(wrong.said).toContain('This user was not changed:\n')
    expect(wrong.said).toContain(`  test-team: ${t('fields.test-team.missing')}\n`)
    expect(unknown.code).toBe(2)
    expect(unknown.said).toContain(
      'There are: test-company, test-team, test-about, test-newsletter.',
    )
    expect(await detailsOf(username)).toEqual({
      'test-company': 'Cave = Ltd',
      'test-newsletter': true,
    })
    expect(shown.out).toContain('test-company Cave = Ltd\ntest-newsletter yes\n')
    expect(help.out).toContain(
      'user change alice --set "test-company=Lantern Ltd" --set "test-team=red"',
    )
  })
})

describe('sesame import', () => {
  it('takes the columns of fields, leaves out what is empty, and names the row and the field that it refuses', async () => {
    const hash = md5(validPassword)
    const file = join(await temporaryFolder(), 'users.csv')
    const rows = [
      'username,password,test-company,test-team,test-newsletter,shoes',
      `with-all,${hash},Cave Ltd,red,no,42`,
      `with-none,${hash},,,,42`,
      `wrong-team,${hash},Cave Ltd,green,,42`,
      `long-company,${hash},${'x'.repeat(21)},,,42`,
    ]
    await writeFile(file, rows.join('\n'))

    const { code, out, said } = await sesame(['import', file])

    expect(code).toBe(1)
    expect(out).toContain('line 4: the field "test-team" does not fit its rule\n')
    expect(out).toContain('line 5: the field "test-company" does not fit its rule\n')
    expect(said).toContain('Ignored fields: shoes.')
    expect(await detailsOf('with-all')).toEqual({
      'test-company': 'Cave Ltd',
      'test-team': 'red',
      'test-newsletter': false,
    })
    expect(await detailsOf('with-none')).toBeUndefined()
  })
})
