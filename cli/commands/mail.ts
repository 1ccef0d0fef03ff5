// `sesame mail …`: the letters that wait, and a mail to try the way to the mail server with.
import type { Command } from 'commander'
import { MailRefused, smtpMailer } from '../../lib/mail/smtp.ts'
import { dropLetter, retryLetters, waitingLetters } from '../../models/operator/mails.ts'
import { settingsOrProblem, withDatabase } from '../database.ts'
import { counted, example, plain, print, Refusal, timeOf } from '../terminal.ts'

/** Add the commands about mail. */
export function addMail(program: Command): void {
  const mail = program.command('mail').description('The letters that wait, and a test mail.')
  mail
    .command('list')
    .description('List the letters that wait: id, kind, since when, tries, when it is tried next.')
    .addHelpText('after', example('mail list'))
    .action(list)
  mail
    .command('retry')
    .description('Try the letters that wait at once, or one of them. The running site sends them.')
    .argument('[id]', 'as "mail list" shows it')
    .addHelpText('after', example('mail retry'))
    .action(retry)
  mail
    .command('drop')
    .description('Delete a letter that waits. It is never sent.')
    .argument('<id>', 'as "mail list" shows it')
    .addHelpText('after', example('mail drop 6747a0c1f2b3d4e5f6a7b8c9'))
    .action(drop)
  mail
    .command('test')
    .description('Send a mail to an address, by the way that all mails take.')
    .argument('<to>', 'an address of your own')
    .addHelpText('after', example('mail test me@example.com'))
    .action(sendTest)
}

async function list(): Promise<void> {
  await withDatabase(async () => {
    let count = 0
    for await (const { _id, letter, createdAt, attempts, dueAt } of waitingLetters()) {
      const tries = counted(attempts, 'try', 'tries')
      await print(
        `${_id.toString()}  ${letter.kind.padEnd(18)}  ${timeOf(createdAt)}  ${tries}, next ${timeOf(dueAt)}`,
      )
      count++
    }
    if (count === 0) await print('No letter waits.')
  })
}

async function retry(id: string | undefined): Promise<void> {
  await withDatabase(async () => {
    const count = await retryLetters(id)
    if (id !== undefined && count === 0) throw noLetter(id)
    await print(`${counted(count, 'letter')} will be tried at once.`)
  })
}

async function drop(id: string): Promise<void> {
  await withDatabase(async () => {
    if (!(await dropLetter(id))) throw noLetter(id)
    await print('The letter is deleted.')
  })
}

async function sendTest(to: string): Promise<void> {
  const { smtpUrl, mailFrom, baseUrl } = settingsOrProblem()
  if (smtpUrl === undefined || mailFrom === undefined) {
    throw new Refusal('SMTP_URL is not set: no mail is sent anywhere.')
  }
  const text = `A mail to try whether mails of ${baseUrl} arrive.`
  try {
    const send = smtpMailer(smtpUrl, mailFrom, new URL(baseUrl).hostname)
    await send({ to, subject: 'A test mail', text, html: `<p>${text}</p>`, language: 'en' })
  } catch (error) {
    if (!(error instanceof MailRefused)) throw error
    throw new Refusal(`The mail server did not take the mail (${error.message}).`)
  }
  await print(`The mail server took a mail to ${plain(to)}.`)
}

function noLetter(id: string): Refusal {
  return new Refusal(`No letter waits with the id "${plain(id)}".`)
}
