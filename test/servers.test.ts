// Two processes of the site on one database: what is done at one holds at the other, at its next request.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openSite } from './bin/process.ts'
import { CAPTCHA, validPassword } from './helper.ts'
import { newPerson, page, Visitor } from './visitor.ts'

const DATABASE = `test-servers-${process.pid}`

const ends: (() => Promise<void>)[] = []
let here: string
let there: string
beforeAll(async () => {
  const [first, second] = await Promise.all([openServer(), openServer()])
  here = first.address
  there = second.address
})
afterAll(async () => {
  for (const end of ends) await end()
  const client = await MongoClient.connect(inject('mongoUrl'))
  await client.db(DATABASE).dropDatabase()
  await client.close()
})

describe('GET /account at another server', () => {
  it('knows who signed in at the first', async () => {
    const { atHere, atThere } = bothDoors()
    const { username = '' } = await atHere.becomeMember()

    const answer = await atThere.get('/account')

    expect(answer.status).toBe(200)
    expect(answer.text).toContain(username)
  })
})

describe('POST /logout at one server', () => {
  it('is honoured by the other at once (ASVS 7.4.1)', async () => {
    const { atHere } = bothDoors()
    await atHere.becomeMember()
    const copy = { Cookie: `sid=${atHere.cookie('sid') ?? ''}` }
    const statusThere = async () => (await new Visitor(there).get('/account', copy)).status
    expect(await statusThere()).toBe(200)

    await atHere.fill('/logout', {})

    expect(await statusThere()).toBe(303)
  })

  it('is honoured where the sign-in was at the other', async () => {
    const { atHere, atThere } = bothDoors()
    await atThere.becomeMember()
    const copy = { Cookie: `sid=${atThere.cookie('sid') ?? ''}` }

    const answer = await atHere.fill('/logout', {})

    expect(answer.status).toBe(303)
    expect((await new Visitor(there).get('/account', copy)).status).toBe(303)
  })
})

describe('POST /account/sessions at one server', () => {
  it('ends a session at the other at once (ASVS 7.5.2)', async () => {
    const desk = new Visitor(here)
    const { username = '' } = await desk.becomeMember()
    const phone = new Visitor(there)
    await phone.signIn({ username })
    const stays = new Visitor(there)
    await stays.signIn({ username })
    const places = page(await desk.get('/account/sessions')).querySelectorAll('.places button')
    const end = places.at(1)?.getAttribute('value') ?? '' // the latest is first, this one last

    await desk.fill('/account/sessions', { end })

    expect((await phone.get('/account')).headers.location).toBe('/login?next=%2Faccount')
    expect((await stays.get('/account')).status).toBe(200)
  })

  it('ends all others there and leaves this one', async () => {
    const { atHere: desk, atThere: deskThere } = bothDoors()
    const { username = '' } = await desk.becomeMember()
    const phone = new Visitor(there)
    await phone.signIn({ username })

    await desk.fill('/account/sessions', { end: 'others' })

    expect((await phone.get('/account')).status).toBe(303)
    expect((await deskThere.get('/account')).status).toBe(200)
  })
})

describe('POST /login at one server', () => {
  it('takes the captcha and the token that the other gave, once', async () => {
    const person = newPerson()
    await new Visitor(there).register(person)
    const { atHere, atThere } = bothDoors()
    const form = {
      username: person.username,
      password: validPassword,
      captcha: CAPTCHA,
      _csrf: await atHere.token(),
    }
    await atHere.get('/captcha')
    const cookies = ['sid', 'csrf'].map((name) => `${name}=${atHere.cookie(name) ?? ''}`)
    const Cookie = cookies.join('; ')

    const answer = await atThere.post('/login', form)
    const again = await new Visitor(here).post('/login', form, { Cookie })

    expect([answer.status, again.status]).toEqual([303, 422])
  })
})

/** One browser that is sent now to this server, now to that: with one jar of cookies. */
function bothDoors(): { atHere: Visitor; atThere: Visitor } {
  const atHere = new Visitor(here)
  const atThere = new Visitor(there)
  Object.assign(atThere.agent, { jar: atHere.agent.jar })
  return { atHere, atThere }
}

async function openServer() {
  const DATA_DIR = await mkdtemp(join(tmpdir(), 'sesame-test-'))
  const site = await openSite(
    {
      DATA_DIR,
      MONGO_URL: inject('mongoUrl').replace('/?', `/${DATABASE}?`),
      SESSION_SECRETS: 'the one secret that both servers have',
      THROTTLE: 'off',
    },
    (end) => ends.push(end),
  )
  ends.push(() => rm(DATA_DIR, { recursive: true, force: true }))
  return site
}
