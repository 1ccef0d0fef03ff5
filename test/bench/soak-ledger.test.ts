// The ledger of the soak notices each kind of broken promise: else its checks would prove nothing.
import { describe, expect, it } from 'vitest'
import { Ledger } from '../../bench/soak/ledger.ts'

const NAME = 'soaker-1-a'

function ledgerOf(password: string): Ledger {
  const ledger = new Ledger()
  ledger.mayBeRegistered(NAME, password)
  ledger.registered(NAME)
  return ledger
}

const broken = ({ breaches }: Ledger) => breaches.map(({ promise }) => promise)

describe('The ledger', () => {
  it('misses an acknowledged account that nobody can enter', () => {
    const ledger = ledgerOf('first')

    ledger.refused(NAME, 'first')

    expect(broken(ledger)).toEqual(['writes'])
  })

  it('misses an acknowledged change of the password, and takes no old one for it', () => {
    const ledger = ledgerOf('first')
    ledger.mayChange(NAME, 'second')
    ledger.changed(NAME, 'second')

    ledger.accepted(NAME, 'first')
    ledger.refused(NAME, 'second')

    expect(broken(ledger)).toEqual(['writes', 'writes'])
  })

  it('leaves open what was not acknowledged, but not that neither password counts', () => {
    const ledger = ledgerOf('first')
    ledger.mayChange(NAME, 'second')

    ledger.refused(NAME, 'first')
    ledger.accepted(NAME, 'second')
    expect(broken(ledger)).toEqual([])

    ledger.allRefused(NAME)
    expect(broken(ledger)).toEqual(['writes'])
  })

  it('expects nothing of a registration that was not acknowledged', () => {
    const ledger = new Ledger()
    ledger.mayBeRegistered(NAME, 'first')

    ledger.refused(NAME, 'first')
    ledger.allRefused(NAME)

    expect(broken(ledger)).toEqual([])
    expect(ledger.members()).toEqual([])
  })

  it('notices a session that comes back after its end, but not an answer that was under way', () => {
    const ledger = ledgerOf('first')
    ledger.began('sid', NAME)
    ledger.mayEnd('sid')
    ledger.ended('sid', 100)

    ledger.seen({ sid: 'sid', began: 90, username: NAME }, 110)
    expect(broken(ledger)).toEqual([])

    ledger.seen({ sid: 'sid', began: 120, username: NAME }, 130)
    expect(broken(ledger)).toEqual(['resurrection'])
  })

  it('notices a session that was lost, unless its end was asked for', () => {
    const ledger = ledgerOf('first')
    ledger.began('lost', NAME)
    ledger.began('left', NAME)
    ledger.mayEnd('left')

    for (const sid of ['lost', 'left']) ledger.seen({ sid, began: 10, username: undefined }, 20)

    expect(broken(ledger)).toEqual(['sessions'])
  })

  it('notices a session that others should have ended with theirs', () => {
    const ledger = ledgerOf('first')
    for (const sid of ['here', 'there']) ledger.began(sid, NAME)

    const ended = ledger.othersEnded(NAME, 100, 'here')
    for (const sid of ['here', 'there']) ledger.seen({ sid, began: 200, username: NAME }, 210)

    expect(ended).toEqual(['there'])
    expect(broken(ledger)).toEqual(['resurrection'])
  })

  it('notices a page of somebody else, and a throttle that lets too many guesses pass', () => {
    const ledger = ledgerOf('first')
    ledger.began('sid', NAME)

    ledger.seen({ sid: 'sid', began: 10, username: 'soaker-2-b' }, 20)
    ledger.guessed(NAME, 5, 5)
    ledger.guessed(NAME, 6, 5)

    expect(broken(ledger)).toEqual(['identity', 'throttle'])
  })
})
