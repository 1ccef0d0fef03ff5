// The mailbox of the mails that no mail server took: for whoever develops or tries the site, and for nobody else.
import { createServer } from 'node:http'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { catchMail } from '../../../models/mail/mailbox.ts'
import { outbox, queueLetter } from '../../../models/mail/outbox.ts'
import { openSite, type Site } from '../../helper.ts'
import { newPerson, page } from '../../visitor.ts'

const t = translator('en')
const mail = { to: 'a@example.com', subject: '<b>', text: '', html: '<p>', language: 'en' }

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('GET /dev/mail', () => {
  it('shows at once, newest first, what was sent to whom, with links that work', async () => {
    const visitor = site.visitor()
    const [first, second] = [newPerson(), newPerson()]
    for (const person of [first, second]) await visitor.register(person)

    const mailbox = page(await visitor.get('/dev/mail'))

    const readers = mailbox
      .querySelectorAll('.mails summary .hint')
      .map((one) => one.text.split(' ')[0])
    expect(readers).toEqual([second.email, first.email])
    const opened = mailbox.querySelectorAll('.mails details').map((one) => one.hasAttribute('open'))
    expect(opened).toEqual([true, false])
    const newest = mailbox.querySelector('.mails li')
    expect(newest?.querySelector('h2')?.text).toBe(t('mail.verify-email.subject'))
    const link = newest?.querySelector('pre.letter a')?.getAttribute('href') ?? ''
    expect(link).toMatch(/^http:\/\/localhost:3000\/verify-email\/[\w-]{43}$/)
    expect((await visitor.get(new URL(link).pathname)).status).toBe(200)
  })

  it('makes a link of no address but the site’s own, and markup of nothing', async () => {
    const evil =
      'http://127.0.0.1:3000.evil.example/ javascript:alert(1) <img src=x onerror=alert(1)>'
    await catchMail({ ...mail, text: evil })

    const letter = page(await site.visitor().get('/dev/mail')).querySelector('.letter')

    expect(letter?.text).toBe(evil)
    expect(letter?.querySelectorAll('a, img')).toEqual([])
  })

  it('does not wait for ever for a mail that does not come', async () => {
    await site.postman.stop()
    await queueLetter({ kind: 'password-reset', email: 'nobody@example.com' }, 'en')

    const { status } = await site.visitor().get('/dev/mail')

    expect(status).toBe(200)
    await outbox().deleteMany({})
  })

  it('keeps the newest two hundred', async () => {
    const older = Array.from({ length: 204 }, (_, index) => ({
      ...mail,
      subject: `number ${index + 1}`,
      at: new Date(),
    }))
    await site.database.collection('caught-mails').insertMany(older)
    await catchMail({ ...mail, subject: 'number 205' })

    const subjects = page(await site.visitor().get('/dev/mail')).querySelectorAll('.mails h2')
    expect(subjects).toHaveLength(200)
    expect([subjects[0]?.text, subjects[199]?.text]).toEqual(['number 205', 'number 6'])
  })
})

describe('POST /dev/mail', () => {
  it('empties the mailbox', async () => {
    await catchMail(mail)
    const visitor = site.visitor()

    const answer = await visitor.fill('/dev/mail', {})

    expect([answer.status, answer.headers.location]).toEqual([303, '/dev/mail'])
    const mailbox = page(await visitor.get('/dev/mail'))
    expect(mailbox.querySelector('[role=status]')?.text).toBe(t('notice.mailbox-emptied'))
    expect(mailbox.querySelector('main')?.text).toContain(t('dev.mail.empty'))
  })
})

describe('With a mail server', () => {
  it('there is no such page, and no notice leads to it', async () => {
    const MAIL_FROM = 'sesame@sign-in.example'
    const sending = await openSite({ SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM })
    await sending.postman.stop()
    const visitor = sending.visitor()
    await visitor.register()

    const statuses = [
      await visitor.get('/dev/mail'),
      await visitor.send('/dev/mail', {}),
      await visitor.get(`/dev/mail/${'0'.repeat(24)}`),
    ].map(({ status }) => status)

    expect(statuses).toEqual([404, 404, 404])
    const login = await visitor.get('/login')
    expect(login.text).not.toContain('/dev/mail')
  })
})

describe.each(['/dev/mail', '/dev/mail/000000000000000000000000'])('%s', (path) => {
  const methods = ['get', 'head', 'post', 'options', 'put'] as const

  it.each(['192.0.2.7', '::ffff:192.0.2.7', '2001:db8::1', undefined])(
    'is not there for whoever comes from %s, by any method',
    async (remoteAddress) => {
      // The site with a connection from another machine, which this one can't make by itself.
      const server = createServer((req, res) => {
        Object.defineProperty(req.socket, 'remoteAddress', { value: remoteAddress })
        site.app(req, res)
      })

      const answers = await Promise.all(methods.map((method) => supertest(server)[method](path)))

      expect(answers.map(({ status }) => status)).toEqual(methods.map(() => 404))
    },
  )

  it.each([
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Forwarded-Proto', 'http'],
    ['X-Forwarded-Host', 'localhost'],
    ['Forwarded', 'for=127.0.0.1'],
    ['X-Real-IP', '127.0.0.1'],
    ['CF-Connecting-IP', '127.0.0.1'],
    ['True-Client-IP', '127.0.0.1'],
    ['Via', '1.1 proxy'],
    ['Host', 'sesame.example:3000'], // a tunnel that knows no HTTP and so adds no header
  ])('is not there for whoever comes through a proxy or a tunnel: %s', async (name, value) => {
    const tunnelled = await openSite({ BASE_URL: 'http://sesame.example:3000', TRUST_PROXY: '1' })

    const answer = await tunnelled.visitor().get(path, { [name]: value })

    expect(answer.status).toBe(404)
  })
})

describe('POST /password-reset', () => {
  it('offers the way to the mailbox to whoever may enter it alone', async () => {
    const offered = async (headers: Record<string, string>) => {
      const visitor = site.visitor()
      await visitor.fill('/password-reset', { email: 'a@example.com' })
      return (await visitor.get('/login', headers)).text.includes('href="/dev/mail"')
    }

    expect([await offered({}), await offered({ Via: '1.1 proxy' })]).toEqual([true, false])
  })
})
