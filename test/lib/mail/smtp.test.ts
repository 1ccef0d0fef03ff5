// Mails over SMTP, to a real mail server: what arrives, and what is rather not sent than read by others.
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SMTPServerOptions } from 'smtp-server'
import { smtpMailer, type MailRefused } from '../../../lib/mail/smtp.ts'
import { openMailServer, type Stage } from '../../mail-server.ts'

const mail = {
  to: 'reader@example.com',
  subject: '芝麻，开门 — please',
  text: 'Open, Sesame!\n芝麻，开门！\n',
  html: '<!DOCTYPE html><p lang="zh-CN">芝麻，开门！</p>',
  language: 'zh-CN',
}
const from = { name: 'Sesame, 芝麻', address: 'sesame@sign-in.example' }

describe('smtpMailer', () => {
  it('hands over both forms, from and to whom, and that a program wrote it', async () => {
    const { server, send } = await serverFor((port) => `smtp://127.0.0.1:${port}`)

    await send()

    expect(server.arrived).toEqual([
      expect.objectContaining({ from: from.address, to: [mail.to], text: withCrlf(mail.text) }),
    ])
    const [{ headers, html } = never()] = server.arrived
    expect(html.trim()).toBe(mail.html)
    expect(headers).toMatchObject({
      subject: mail.subject,
      to: mail.to,
      'auto-submitted': 'auto-generated',
      'content-language': 'zh-CN',
    })
    expect(headers.from).toMatch(/<sesame@sign-in\.example>$/)
    expect(headers['message-id']).toMatch(/^<[0-9a-f-]{36}@sign-in\.example>$/)
    expect(headers).not.toHaveProperty('x-mailer')
  })

  it('names the domain of the recipient in ASCII, which every mail server takes', async () => {
    const { server } = await serverFor((port) => `smtp://127.0.0.1:${port}`)
    const send = smtpMailer(`smtp://127.0.0.1:${server.port}`, from, 'sign-in.example')

    await send({ ...mail, to: 'x&y@例子.中国' })

    expect(server.arrived).toMatchObject([{ headers: { to: 'x&y@xn--fsqu00a.xn--fiqs8s' } }])
  })

  it.each<[string, (port: number) => string, SMTPServerOptions]>([
    ['smtps://', (port) => `smtps://127.0.0.1:${port}`, { secure: true }],
    ['STARTTLS', (port) => `smtp://0.0.0.0:${port}`, {}],
  ])(
    'encrypts with %s, and trusts no certificate that nobody signed (ASVS 12.3.2)',
    async (_how, url, options) => {
      const strict = await serverFor(url, options)
      const trusting = await serverFor(
        (port) => `${url(port)}?tls.rejectUnauthorized=false`,
        options,
      )

      await expect(strict.send()).rejects.toThrow(/^(ESOCKET|ETLS)/)
      await trusting.send()

      expect(strict.server.arrived).toEqual([])
      expect(trusting.server.arrived).toMatchObject([{ isEncrypted: true, to: [mail.to] }])
    },
  )

  it('sends nothing in the clear over a network, unless it is told to (ASVS 12.3.1)', async () => {
    const plain: SMTPServerOptions = { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] }
    const strict = await serverFor((port) => `smtp://0.0.0.0:${port}`, plain)
    const told = await serverFor((port) => `smtp://0.0.0.0:${port}?requireTLS=false`, plain)

    await expect(strict.send()).rejects.toThrow(/^ETLS/)
    await told.send()

    expect(strict.server.arrived).toEqual([])
    expect(told.server.arrived).toMatchObject([{ isEncrypted: false, to: [mail.to] }])
  })

  it('signs in with the name and password of the address', async () => {
    const seen: unknown[] = []
    const { server, send } = await serverFor(
      (port) => `smtps://sesame%40a:g%2Fheim@127.0.0.1:${port}?tls.rejectUnauthorized=false`,
      {
        secure: true,
        authOptional: false,
        onAuth: ({ username, password }, _session, done) => {
          seen.push([username, password])
          done(null, { user: username })
        },
      },
    )

    await send()

    expect(seen).toEqual([['sesame@a', 'g/heim']])
    expect(server.arrived).toHaveLength(1)
  })

  it('says why a mail was not taken, and names nobody', async () => {
    const { server, send } = await serverFor((port) => `smtp://127.0.0.1:${port}`)
    server.answer(550)
    await expect(send()).rejects.toThrow(/^EENVELOPE 550$/)

    await server.close()
    await expect(send()).rejects.toThrow(/^(ESOCKET|ECONNECTION|ECONNREFUSED)$/)
  })
})

describe('A refusal', () => {
  it.each<[boolean, number, Stage, string?]>([
    [true, 550, 'RCPT TO'],
    [true, 550, 'RCPT TO', '5.1.1 no such user'],
    [true, 551, 'RCPT TO'],
    [true, 552, 'RCPT TO', '5.2.2 mailbox full'],
    [true, 553, 'RCPT TO'],
    [true, 554, 'RCPT TO'],
    [true, 556, 'RCPT TO'],
    [true, 552, 'DATA', '5.2.2 mailbox full'],
    [false, 450, 'RCPT TO'],
    [false, 452, 'RCPT TO'],
    [false, 451, 'DATA'],
    [false, 503, 'RCPT TO', 'AUTH first'],
    [false, 530, 'RCPT TO', 'Must issue a STARTTLS command first'],
    [false, 535, 'RCPT TO'],
    [false, 554, 'RCPT TO', '5.7.1 relay access denied'],
    [false, 550, 'DATA', '5.7.26 not authenticated'],
    [false, 530, 'MAIL FROM'],
    [false, 550, 'MAIL FROM'],
    [false, 553, 'MAIL FROM', '5.1.8 sender rejected'],
    [false, 421, 'greeting'],
    [false, 554, 'greeting'],
  ])('is final: %s, if the server says %i at %s (%s)', async (isFinal, status, stage, text) => {
    const { server, send } = await serverFor((port) => `smtp://127.0.0.1:${port}`)
    server.answer(status, stage, text)

    const refusal = await send().catch((error: unknown) => error as MailRefused)

    expect(refusal).toMatchObject({
      isFinal,
      message: expect.stringContaining(`${status}`) as string,
    })
  })

  it.each<[string, SMTPServerOptions]>([
    [
      'does not know the password',
      {
        onAuth: (_auth, _session, done) => {
          done(new Error('no'))
        },
      },
    ],
    ['does not talk to this site', { disabledCommands: ['EHLO', 'HELO'] }],
  ])('is not final if the server %s', async (_what, options) => {
    const { send } = await serverFor((port) => `smtp://name:word@127.0.0.1:${port}`, {
      allowInsecureAuth: true,
      ...options,
    })

    await expect(send()).rejects.toMatchObject({ isFinal: false })
  })
})

async function serverFor(url: (port: number) => string, options: SMTPServerOptions = {}) {
  const server = await openMailServer(options)
  onTestFinished(() => server.close())
  const mailer = smtpMailer(url(server.port), from, 'sign-in.example')
  return { server, send: () => mailer(mail) }
}

function never(): never {
  throw new Error('No mail arrived')
}

function withCrlf(text: string): unknown {
  return expect.stringContaining(text.trim().replaceAll('\n', '\r\n'))
}
