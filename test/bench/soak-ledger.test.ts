// The ledger of the soak notices each kind of broken promise: else its checks would prove nothing.
import { describe, expect, it } from 'vitest'
import { Ledger } from '../../bench/soak/ledger.ts'

const NAME = 'soaker-1-a'

function ledgerOf(password: string): Ledger {
  const ledger = new Ledger()
  ledger.mayBeRegistered(NAME, password)
  ledger.accepted(NAME, password)
  return ledger
}

const WRITES = 'no acknowledged registration or password is lost'
const SESSIONS = 'no session is lost that nobody ended'
const RESURRECTION = 'no session comes back after its end'
const IDENTITY = 'nobody is shown the page of somebody else'
const FACTOR = 'a password alone never shows a page of somebody who has an app'
const ONCE = 'no code of an app and no recovery code counts twice'
const THROTTLE = 'wrong passwords are counted, whoever counts and whatever dies'

// The name of a promise for each time that it was broken.
const broken = (ledger: Ledger) =>
  Object.entries(ledger.promises).flatMap(([name, details]) => details.map(() => name))

describe('The ledger', () => {
  it('misses an acknowledged account that nobody can enter', () => {
    const ledger = ledgerOf('first')

    ledger.allRefused(NAME)

    expect(broken(ledger)).toEqual([WRITES])
  })

  it('misses an acknowledged change of the password, and takes no old one for it', () => {
    const ledger = ledgerOf('first')
    ledger.mayChange(NAME, 'second')
    ledger.accepted(NAME, 'second')

    ledger.accepted(NAME, 'first')
    ledger.allRefused(NAME)

    expect(broken(ledger)).toEqual([WRITES, WRITES])
  })

  it('leaves open what was not acknowledged, but not that neither password counts', () => {
    const ledger = ledgerOf('first')
    ledger.mayChange(NAME, 'second')

    ledger.accepted(NAME, 'second')
    expect(broken(ledger)).toEqual([])

    ledger.allRefused(NAME)
    expect(broken(ledger)).toEqual([WRITES])
  })

  it('expects nothing of a registration that was not acknowledged', () => {
    const ledger = new Ledger()
    ledger.mayBeRegistered(NAME, 'first')

    ledger.allRefused(NAME)

    expect(broken(ledger)).toEqual([])
    expect(ledger.members()).toEqual([])
  })

  it('notices a session that comes back after its end, but not an answer that was under way', () => {
    const ledger = ledgerOf('first')
    ledger.began('sid', NAME)
    ledger.mayEnd('sid')
    ledger.ended('sid', 100)

    ledger.seen('sid', 90, 110, NAME)
    expect(broken(ledger)).toEqual([])

    ledger.seen('sid', 120, 130, NAME)
    expect(broken(ledger)).toEqual([RESURRECTION])
  })

  it('notices a session that was lost, unless its end was asked for', () => {
    const ledger = ledgerOf('first')
    ledger.began('lost', NAME)
    ledger.began('left', NAME)
    ledger.mayEnd('left')

    for (const sid of ['lost', 'left']) ledger.seen(sid, 10, 20, undefined)

    expect(broken(ledger)).toEqual([SESSIONS])
  })

  it('notices whoever is let in without a sign-in, named on the page or not', () => {
    const ledger = ledgerOf('first')

    for (const username of [NAME, null, undefined]) ledger.seen('unknown', 10, 20, username)

    expect(broken(ledger)).toEqual([IDENTITY, IDENTITY])
  })

  it('notices whoever is let in without a code of their app, but not of an app that may never have counted', () => {
    const ledger = ledgerOf('first')
    ledger.appMayBeOn(NAME, 'OPENSESAMEOPENSESAMEOPENSESAMEOP', 100)
    ledger.passedByPassword(NAME)
    expect(broken(ledger)).toEqual([])

    ledger.appMayBeOn(NAME, 'OPENSESAMEOPENSESAMEOPENSESAMEOP', 100)
    ledger.appIsOn(NAME, ['one'])
    ledger.accepted(NAME, 'first')
    ledger.passedByPassword(NAME)
    ledger.sentOften(NAME, 1)
    ledger.sentOften(NAME, 2)
    expect(broken(ledger)).toEqual([FACTOR, ONCE])
  })

  it('names each code once: the one of this step, then recovery codes, then the one of the next step', () => {
    const ledger = ledgerOf('first')
    ledger.appMayBeOn(NAME, 'OPENSESAMEOPENSESAMEOPENSESAMEOP', 100)
    ledger.appIsOn(NAME, ['one'])

    const code = { code: expect.any(String) as string }
    const proofs = Array.from({ length: 4 }, () => ledger.nextProof(NAME, 101))
    expect(proofs).toEqual([code, { recovery: 'one' }, code, undefined])
    expect(proofs[0]).not.toEqual(proofs[2])
  })

  it('notices a page of somebody else, and a throttle that lets too many guesses pass', () => {
    const ledger = ledgerOf('first')
    ledger.began('sid', NAME)

    ledger.seen('sid', 10, 20, 'soaker-2-b')
    ledger.guessed(NAME, 5, 5)
    ledger.guessed(NAME, 6, 5)

    expect(broken(ledger)).toEqual([IDENTITY, THROTTLE])
  })
})
