// `sesame user`, `sesame session` and `sesame demo`: an operator looks after people while the site is open.
import { CommanderError, type Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProgram } from '../../../cli/program.ts'
import { translator } from '../../../config/i18n.ts'
import { demoAccounts, DEMO_PASSWORD } from '../../../models/operator/demo.ts'
import { findToken } from '../../../models/mail/token.ts'
import { lockName, sessionKey, sessionsOf, usersOf } from '../../documents.ts'
import { openSite, validPassword, type Site } from '../../helper.ts'
import { newPerson, page } from '../../visitor.ts'
import { environmentOf, run } from '../command.ts'
import { runProcess } from '../process.ts'

let site: Site
beforeAll(async () => {
  site = await openSite({ THROTTLE: 'on' })
})
afterAll(() => site.close())

const sesame = (words: string, more: Record<string, string> = {}, input?: string) =>
  run(words.split(' '), { ...environmentOf(site), ...more }, input)
const t = translator('en')

describe('sesame', () => {
  it('helps with a sentence and an example for each command, and tells the exit codes', async () => {
    const whole = await sesame('--help')
    const commands = leavesOf(createProgram())

    expect(whole.code).toBe(0)
    expect(whole.out).toMatch(/Exit codes:\n {2}0 +done\n {2}1 +refused/)
    expect(commands.length).toBeGreaterThan(12)
    for (const { words, help } of commands) {
      expect(help).toMatch(/^Usage: sesame .*\n\n[A-Z][^]*?\.[^]*\n\nExamples?:\n {2}node /)
      expect(help).toContain(`  ${words.replace(/^sesame/, 'node dist/bin/sesame.js')}`)
    }
  })

  it('answers wrong usage with 2, wrong settings and a missing database with 3, and no stack', async () => {
    const typed = [['user'], ['nonsense'], ['user', 'list', '--limit', 'x'], ['user', 'show']]
    const usage = await Promise.all(typed.map((words) => usageError(words)))
    const [option, settings, away] = await Promise.all([
      sesame('user list --nope'),
      sesame('user list', { PORT: 'x', SESSION_SECRETS: 'short-secret' }),
      runProcess(['user', 'list'], { MONGO_URL: 'mongodb://me:geheim@127.0.0.1:1/site' }),
    ])

    expect(usage).toEqual(typed.map(() => expect.any(CommanderError) as CommanderError))
    expect(option).toMatchObject({ code: 2, out: '' })
    expect(settings).toMatchObject({ code: 3, out: '' })
    expect(settings.said).toMatch(/^The settings have problems:\n {2}PORT: .*\n {2}SESSION_SECRETS/)
    expect(away.code).toBe(3)
    expect(away.said).toContain('No MongoDB answered at mongodb://me:***@127.0.0.1:1/site')
    for (const { said } of [option, settings, away]) expect(said).not.toMatch(/^\s+at |geheim/m)
  })
})

describe('A name that begins with "-"', () => {
  it('stands behind "--" in every command that takes one', async () => {
    const { username, email } = { ...newPerson(), username: '--json' }
    const add = `user add --password-stdin -- ${username} ${email}`

    const added = await sesame(add, {}, `${validPassword}\n`)
    const codes = []
    const commands = ['user show', 'user lock', 'user unlock', 'user reset-link', 'session list']
    for (const command of [...commands, 'session end', 'user delete --yes']) {
      codes.push((await sesame(`${command} -- ${username}`)).code)
    }

    expect(added).toMatchObject({ code: 0, out: `Added ${username} with the email ${email}.\n` })
    expect(codes).toEqual(codes.map(() => 0))
    expect(await usersOf(site).countDocuments({ username })).toBe(0)
  })
})

describe('sesame user add', () => {
  it('adds somebody by the rules of the registration, who can sign in', async () => {
    const { username, email } = newPerson()

    const added = await sesame(
      `user add ${username} ${email} --password-stdin --verified`,
      {},
      `${validPassword}\r\n`,
    )
    const again = await sesame(`user add ${username} x --password-stdin`, {}, 'short')
    const unasked = await sesame(`user add someone-else some@example.com`)

    expect(added).toMatchObject({ code: 0, out: `Added ${username} with the email ${email}.\n` })
    expect(added.said).not.toContain(validPassword)
    expect((await site.visitor().signIn({ username })).status).toBe(303)
    const stored = await usersOf(site).findOne({ username })
    expect(stored).toMatchObject({ emailVerifiedAt: expect.any(Date) as Date })
    expect(again.code).toBe(1)
    expect(again.said).toContain(`  email: ${t('errors.email.form')}\n`)
    expect(again.said).toContain(`  password: ${t('errors.password.short')}\n`)
    expect(unasked.code).toBe(2)
    expect(unasked.said).toContain('--password-stdin')
  })
})

describe('sesame user list and show', () => {
  it('find people, tell what state they are in, and never show a hash or move the cursor', async () => {
    const [visitor, esc] = [site.visitor(), String.fromCharCode(27)]
    const { username = '', email = '' } = await visitor.becomeMember()
    const evil = { username: `evil${esc}[2J-${username}`, password: 'damaged' }
    await usersOf(site).insertOne(evil)

    const all = await sesame('user list')
    const found = await sesame(`user list --search ${username.toUpperCase()} --json`)
    const limited = await sesame('user list --limit 1 --json')
    const none = await sesame('user list --bare-md5 --json')
    const one = await sesame(`user show ${email}`)
    const asJson = await sesame(`user show ${username} --json`)
    const nobody = await sesame('user show nobody-at-all')

    expect(all.out).toContain(`evil\\u{1b}[2J-${username}`)
    expect(all.out).toMatch(/unverified, password: damaged/)
    expect(
      [all, found, one, asJson].map(({ out }) => out.includes('$argon2') || out.includes(esc)),
    ).toEqual(Array(4).fill(false))
    const people = JSON.parse(found.out) as { username: string }[]
    expect(people.map((person) => person.username)).toEqual([username, evil.username])
    expect(people[0]).toMatchObject({
      email,
      locked: null,
      password: 'argon2id',
      isVerified: false,
    })
    expect(JSON.parse(limited.out)).toHaveLength(1)
    expect(JSON.parse(none.out)).toEqual([])
    expect(one.out).toMatch(/^Sessions {2}1, last active \d{4}-/m)
    expect(one.out).toMatch(/^Password {2}argon2id$/m)
    expect(JSON.parse(asJson.out)).toMatchObject({ username, sessions: 1, lockedAt: null })
    expect(nobody).toMatchObject({ code: 1, out: '' })
    expect(nobody.said).toContain('Nobody has the username or email "nobody-at-all".')
  })
})

describe('sesame user lock and unlock', () => {
  it('end all sessions with the reason, keep the owner out, and let them in again', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.becomeMember()

    const locked = await sesame(`user lock ${username}`)
    const sent = await visitor.get('/account')
    const told = page(await visitor.get(sent.headers.location ?? '')).text
    const refused = await site.visitor().signIn({ username })
    const list = await sesame('user list --locked')
    const unlocked = await sesame(`user unlock ${username}`)

    expect(locked.out).toBe(`${username} is locked; 1 session ended.\n`)
    expect(sent.status).toBe(303)
    expect(told).toContain(t('notice.ended-locked'))
    expect(refused.status).toBe(422)
    expect(list.out).toContain('locked by an operator')
    expect(unlocked.code).toBe(0)
    expect((await site.visitor().signIn({ username })).status).toBe(303)
  })

  it('open an account that too many failed sign-ins have locked', async () => {
    const person = newPerson()
    await site.visitor().register(person)
    await lockName(person.email)
    const before = await site.visitor().signIn({ username: person.email })
    const shown = await sesame(`user show ${person.username}`)

    await sesame(`user unlock ${person.username}`)

    expect(before.status).toBe(429)
    expect(shown.out).toMatch(/^Locked {4}by too many failed sign-ins, for a day at most$/m)
    expect((await site.visitor().signIn({ username: person.email })).status).toBe(303)
  })
})

describe('sesame user reset-link', () => {
  it('prints one link whose token counts for this person, and nothing else on stdout', async () => {
    const person = newPerson()
    await site.visitor().register(person)

    const { out, said } = await sesame(`user reset-link ${person.email}`, {
      BASE_URL: 'https://sign-in.example',
      TRUST_PROXY: '1',
    })

    const token = /^https:\/\/sign-in\.example\/password-reset\/([\w-]{43})\n$/.exec(out)?.[1] ?? ''
    const user = await usersOf(site).findOne({ username: person.username })
    expect(await findToken('password-reset', token)).toMatchObject({
      userId: user?._id.toString(),
    })
    expect(said).toContain('within 30 minutes')
  })

  it('prints a link that opens the page and replaces the password', async () => {
    const { username, email, password } = newPerson()
    await site.visitor().register({ username, email, password })

    const { out } = await sesame(`user reset-link ${username}`)
    const link = new URL(out.trim()).pathname
    const answer = await site.visitor().fill(link, { password: 'a lantern of the operator' })

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    const signedIn = await site
      .visitor()
      .signIn({ username, password: 'a lantern of the operator' })
    expect(signedIn.status).toBe(303)
  })
})

describe('sesame user delete', () => {
  it('asks first, and then leaves nothing of the person', async () => {
    const visitor = site.visitor()
    const { username = '' } = await visitor.becomeMember()
    const user = await usersOf(site).findOne({ username })
    const owner = user?._id.toString() ?? ''
    await sesame(`user reset-link ${username}`)

    const unasked = await sesame(`user delete ${username}`)
    expect(unasked.code).toBe(2)
    expect(await usersOf(site).countDocuments({ username })).toBe(1)
    const done = await sesame(`user delete ${username} --yes`)

    expect(done.code).toBe(0)
    const left = await Promise.all([
      usersOf(site).countDocuments({ username }),
      sessionsOf(site).countDocuments({ owner }),
      site.database.collection('tokens').countDocuments({ userId: owner }),
      site.database.collection('activities').countDocuments({ _id: owner as never }),
      site.database.collection('attempts').countDocuments({ key: `account:${owner}` }),
    ])
    expect(left).toEqual([0, 0, 0, 0, 0])
    expect((await visitor.get('/account')).status).toBe(303)
    const letters = (await site.mails()).filter(({ to }) => to === user?.email)
    expect(letters.map(({ subject }) => subject)).toEqual(['Your account was deleted'])
  })
})

describe('sesame session', () => {
  it('lists sessions by the name the log gives them, and ends one or all', async () => {
    const [visitor, other] = [site.visitor(), site.visitor()]
    const { username = '' } = await visitor.becomeMember()
    await other.signIn({ username }, { 'User-Agent': 'evil\u009b2J' })
    const prefix = sessionKey(visitor).slice(0, 12)

    const list = await sesame(`session list ${username} --json`)
    const text = await sesame('session list')
    const ended = await sesame(`session end ${prefix}`)
    const again = await sesame(`session end ${prefix}`)
    const rest = await sesame(`session end ${username}`)

    const sessions = JSON.parse(list.out) as { session: string; username: string }[]
    expect(sessions).toHaveLength(2)
    expect(sessions[1]).toMatchObject({ session: prefix, username })
    expect(text.out).toContain(prefix)
    expect(list.out + text.out).not.toContain(sessionKey(visitor))
    expect(list.out + text.out).not.toContain('\u009b')
    expect(ended.out).toBe(`Session ${prefix} is ended.\n`)
    expect(again).toMatchObject({ code: 1, out: '' })
    expect(rest.out).toBe(`1 session of ${username} ended.\n`)
    const sent = await visitor.get('/account')
    const told = page(await visitor.get(sent.headers.location ?? '')).text
    expect(told).toContain(t('notice.ended-operator'))
  })
})

describe('sesame demo', () => {
  it('makes the known accounts, each as it says, and makes them anew', async () => {
    const first = await sesame('demo --json')
    const second = await sesame('demo')
    const production = await sesame('demo', {
      NODE_ENV: 'production',
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'sesame@example.com',
      SESSION_SECRETS: 'a secret for production and long enough',
      ENCRYPTION_KEYS: 'a key for production and long enough',
      INSECURE_HTTP: 'on',
    })

    const accounts = JSON.parse(first.out) as { username: string; password: string }[]
    const status = async ({ username }: { username: string }) =>
      (await site.visitor().signIn({ username, password: DEMO_PASSWORD })).status
    const statuses = await Promise.all(accounts.map(status))
    expect(accounts).toEqual(demoAccounts.map((one) => ({ ...one, password: DEMO_PASSWORD })))
    expect(statuses).toEqual([303, 422, 303, 303, 303, 303])
    expect(second.code).toBe(0)
    expect(second.out).toContain(`The password of each: ${DEMO_PASSWORD}`)
    const mia = await usersOf(site).findOne({ username: 'many-mia' })
    const sessions = await sessionsOf(site).countDocuments({ owner: mia?._id.toString() })
    expect(sessions).toBe(13)
    expect(production).toMatchObject({ code: 1, out: '' })
  })

  it('takes back an account whose name and address were changed by whoever tried the site', async () => {
    const visitor = site.visitor()
    await visitor.signIn({ username: 'alice', password: DEMO_PASSWORD })
    await visitor.fill('/account/email', { email: 'moved@demo.example' })
    const link = (await site.mails()).find(({ to }) => to === 'moved@demo.example')?.link ?? ''
    await visitor.fill(link, {})
    const moved = await sesame('demo')
    await visitor.signIn({ username: 'alice', password: DEMO_PASSWORD })
    await visitor.fill('/account/username', { username: 'alice-2', current: DEMO_PASSWORD })
    const renamed = await sesame('demo')

    expect([moved.code, renamed.code]).toEqual([0, 0])
    const left = await usersOf(site)
      .find({ username: /^alice/ })
      .toArray()
    expect(left).toMatchObject([{ username: 'alice', email: 'alice@demo.example' }])
    expect(await usersOf(site).countDocuments({ email: 'moved@demo.example' })).toBe(0)
  })

  it('leaves somebody alone who only has the name', async () => {
    await sesame('user delete old-otto --yes')
    await site.database.collection('reservations').deleteMany({}) // as thirty days do
    await site.visitor().register({ ...newPerson(), username: 'old-otto', email: 'a@real.example' })

    const { code, said } = await sesame('demo')

    expect(code).toBe(1)
    expect(said).toContain('old-otto')
    expect(await usersOf(site).countDocuments({ email: 'a@real.example' })).toBe(1)
  })
})

// Each command that does something, with its help as it is shown.
function leavesOf(command: Command, before = ''): { words: string; help: string }[] {
  const words = `${before} ${command.name()}`.trim()
  if (command.commands.length > 0) {
    return command.commands.flatMap((one) => leavesOf(one, words))
  } else {
    let help = ''
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
    return [{ words, help }]
  }
}

async function usageError(words: string[]): Promise<unknown> {
  const program = createProgram()
  const silent = { writeErr: () => undefined }
  for (const one of [
    program,
    ...program.commands,
    ...program.commands.flatMap((c) => c.commands),
  ]) {
    one.configureOutput(silent)
  }
  return program.parseAsync(words, { from: 'user' }).catch((error: unknown) => error)
}
