// `sesame mail`: an operator sees the letters that wait, sends or deletes them, and tries the mail server.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { outbox } from '../../../models/mail/outbox.ts'
import { openSite, type Site } from '../../helper.ts'
import { openMailServer } from '../../mail-server.ts'
import { environmentOf, run } from '../command.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
  await site.postman.stop() // the letters wait
})
afterAll(() => site.close())

const sesame = (words: string, more: Record<string, string> = {}) =>
  run(words.split(' '), { ...environmentOf(site), ...more })

describe('sesame mail list, retry and drop', () => {
  it('show the letters that wait without an address, let one be tried, and delete one', async () => {
    const email = 'somebody@example.com'
    await site.visitor().fill('/password-reset', { email })
    const later = new Date(Date.now() + 3_600_000)
    await outbox().updateMany({}, { $set: { dueAt: later } })
    const [{ _id: id } = { _id: '' }] = await outbox().find().toArray()

    const listed = await sesame('mail list')
    const unknown = await sesame('mail retry 0123')
    const tried = await sesame('mail retry')
    const due = await outbox().findOne({})
    const dropped = await sesame(`mail drop ${id.toString()}`)
    const again = await sesame(`mail drop ${id.toString()}`)

    expect(listed.out).toMatch(/^[0-9a-f]{24} {2}password-reset .* 0 tries, next .* UTC\n$/)
    expect(listed.out).not.toContain(email)
    expect(unknown).toMatchObject({ code: 1, out: '' })
    expect(tried.out).toBe('1 letter will be tried at once.\n')
    expect(due?.dueAt.getTime()).toBeLessThan(later.getTime())
    expect([dropped.code, again.code]).toEqual([0, 1])
    expect((await sesame('mail list')).out).toBe('No letter waits.\n')
  })
})

describe('sesame mail test', () => {
  it('sends a mail by the way of all mails, encrypted where the server offers it, or tells why not', async () => {
    const server = await openMailServer()
    onTestFinished(() => server.close())
    const settings = {
      SMTP_URL: `smtp://127.0.0.1:${server.port}`,
      MAIL_FROM: 'sesame@example.com',
    }

    const taken = await sesame('mail test me@example.com', settings)
    server.answer(550)
    const refused = await sesame('mail test me@example.com', settings)
    const nowhere = await sesame('mail test me@example.com')

    expect(taken).toMatchObject({ code: 0 })
    expect(server.arrived).toMatchObject([{ to: ['me@example.com'], isEncrypted: true }])
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.said).toContain('did not take the mail (EENVELOPE 550)')
    expect(nowhere.said).toContain('SMTP_URL is not set')
  })
})
