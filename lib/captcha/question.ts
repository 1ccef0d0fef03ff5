// A question in words, for whoever can't see the captcha's picture: what is asked, and which answers count.
import { DEFAULT_LOCALE, translator, type Translate } from '../../config/i18n.ts'
import { between, pick, shuffle } from './random.ts'

export type Question = { prompt: string; answers: string[] }

/** A thing by all its names; the first is the one that is shown. */
type Thing = string[]

const GREATEST_NUMBER = 30 // as far as the languages' files count
const KINDS = ['animal', 'fruit', 'colour', 'body', 'furniture', 'clothing'] as const

/**
 * Choose a question nobody can foretell, in this language. Whichever of its answers is given, it counts.
 * A program written for this very site can read a sentence as well as people do; what that may gain is bounded by the throttle.
 */
export function chooseQuestion(t: Translate): Question {
  const words = isComplete(t) ? t : translator(DEFAULT_LOCALE)
  return pick([askSum, askDifference, askMonth, askKind, askPlace])(words)
}

// A language's file may have shorter lists, or separate their words in another way than the file says.
function isComplete(t: Translate): boolean {
  const lengthOf = (key: string) => things(t, t(key)).length
  return (
    lengthOf('question.numbers') > GREATEST_NUMBER &&
    lengthOf('question.months') === 12 &&
    lengthOf('question.places') >= KINDS.length
  )
}

function askSum(t: Translate): Question {
  const sum = between(2, GREATEST_NUMBER)
  const a = between(1, sum - 1)
  const prompt = t('question.sum', { a: number(t, a), b: number(t, sum - a) })
  return { prompt, answers: [String(sum), ...namesOf(t, sum)] }
}

function askDifference(t: Translate): Question {
  const difference = between(1, 20)
  const b = between(1, GREATEST_NUMBER - 20)
  const prompt = t('question.difference', { a: number(t, difference + b), b: number(t, b) })
  return { prompt, answers: [String(difference), ...namesOf(t, difference)] }
}

function askMonth(t: Translate): Question {
  const months = things(t, t('question.months'))
  const start = between(0, months.length - 1)
  const steps = between(2, 5)
  const prompt = t('question.month', { month: months[start]?.[0], steps: number(t, steps) })
  return { prompt, answers: months[(start + steps) % months.length] ?? [] }
}

function askKind(t: Translate): Question {
  const kind = pick(KINDS)
  const mixed = mix(t)
  const name = t(`question.kinds.${kind}.name`)
  const prompt = t('question.kind', { kind: name, list: list(t, mixed) })
  return { prompt, answers: mixed.find((one) => one.kind === kind)?.thing ?? [] }
}

function askPlace(t: Translate): Question {
  const mixed = mix(t)
  const place = between(0, mixed.length - 1)
  const [name] = things(t, t('question.places'))[place] ?? []
  const prompt = t('question.place', { place: name, list: list(t, mixed) })
  return { prompt, answers: mixed[place]?.thing ?? [] }
}

// One thing of each kind, in any order.
function mix(t: Translate) {
  const thingOf = (kind: string) => pick(things(t, t(`question.kinds.${kind}.words`)))
  return shuffle(KINDS).map((kind) => ({ kind, thing: thingOf(kind) }))
}

function list(t: Translate, mixed: { thing: Thing }[]): string {
  return mixed.map(({ thing }) => thing[0]).join(t('question.comma'))
}

function number(t: Translate, value: number): string {
  return namesOf(t, value)[0] ?? String(value)
}

function namesOf(t: Translate, value: number): Thing {
  return things(t, t('question.numbers'))[value] ?? []
}

function things(t: Translate, words: string): Thing[] {
  return words.split(t('question.comma')).map((names) => names.split('/'))
}
