// The table of events and letters: each event that the code records is decided, and the documents say the same.
import { describe, expect, it } from 'vitest'
import { EVENT_LETTERS } from '../../../models/mail/event-letters.ts'
import { SECURITY_EVENTS } from '../../../models/security-event.ts'
import { filesBelow, read } from '../../project-files.ts'

describe('models/mail/event-letters.ts', () => {
  it('decides of each event in the code whether the owner hears of it by letter (ASVS 6.3.7)', () => {
    const code = filesBelow(['cli', 'middleware', 'models', 'routes'], '.ts')
    const recorded = code.flatMap(({ text }) =>
      [...text.matchAll(/\bevent: '([a-z-]+)'/g)].map(([, name = '']) => name),
    )

    const decided = Object.keys(EVENT_LETTERS).sort()
    expect([...new Set(recorded)].sort()).toEqual(decided)
    expect(Object.keys(SECURITY_EVENTS).sort()).toEqual(decided)
  })

  it('names every letter that there is', () => {
    const sentences = JSON.parse(read('config/locales/en.json').text) as { mail: object }
    const kinds = Object.entries(sentences.mail).filter(([, one]) => typeof one === 'object')

    const named = Object.values(EVENT_LETTERS).flatMap((one) =>
      'letters' in one ? one.letters : [],
    )
    expect([...new Set(named)].sort()).toEqual(kinds.map(([kind]) => kind).sort())
  })

  it('says what docs/operations.md says', () => {
    const rows = read('docs/operations.md').text.matchAll(
      /^\| `([a-z-]+)` +\|(?:[^|]*\|){2}([^|]*)\|/gm,
    )
    const documented = new Map([...rows].map(([, name = '', cell = '']) => [name, cell.trim()]))

    for (const [name, decision] of Object.entries(EVENT_LETTERS)) {
      const cell =
        'letters' in decision
          ? decision.letters.map((kind) => `\`${kind}\``).join(', ')
          : `none: ${decision.none}`
      expect([name, documented.get(name)]).toEqual([name, cell])
    }
  })
})
