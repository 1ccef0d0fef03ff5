// The questions in words: what is asked, what counts, and how hard both are to foretell.
import { describe, expect, it } from 'vitest'
import { LOCALES, translator, type Locale } from '../../../config/i18n.ts'
import { isCaptchaAnswer } from '../../../lib/captcha.ts'
import { chooseQuestion, type Question } from '../../../lib/captcha/question.ts'

const PLACEHOLDER = /\{\{|\}\}|undefined|\[object/

describe.each(LOCALES)('chooseQuestion(), %s', (locale) => {
  it('asks in whole sentences and knows an answer to each', () => {
    const questions = ask(locale, 2000)

    expect(questions.filter(({ prompt }) => PLACEHOLDER.test(prompt))).toEqual([])
    expect(questions.filter(({ answers }) => answers.length === 0)).toEqual([])
    expect(questions.flatMap(({ answers }) => answers).filter((one) => one.trim() === '')).toEqual(
      [],
    )
  })

  it('asks five kinds of question, each in many ways (ASVS 6.4.2)', () => {
    const prompts = new Set(ask(locale, 3000).map(({ prompt }) => prompt))

    for (const kind of patternsOf(locale)) {
      expect([...prompts].filter((prompt) => kind.test(prompt)).length).toBeGreaterThan(40)
    }
  })

  it('has no answer that one guess in seven finds', () => {
    const found = new Map<string, number>()
    for (const { answers } of ask(locale, 3000)) {
      for (const answer of answers) found.set(answer, (found.get(answer) ?? 0) + 1)
    }

    expect(Math.max(...found.values()) / 3000).toBeLessThan(1 / 7)
  })

  it('shows with a thing of one kind no other thing of that kind', () => {
    const t = translator(locale)
    const [comma, colon] = [t('question.comma'), locale === 'en' ? ': ' : '：']
    for (const { prompt, answers } of ask(locale, 1000)) {
      const list = (prompt.split(colon)[1] ?? '').replace(/[?？]$/, '').split(comma)
      if (list.length === 6) {
        expect(list.filter((one) => answers.includes(one))).toHaveLength(1)
        expect(new Set(list).size).toBe(6)
      }
    }
  })
})

describe('An answer', () => {
  it.each<[Locale, RegExp, string[], string[]]>([
    [
      'en',
      /plus/,
      ['12', 'twelve', ' TWELVE ', '１２', 'ｔｗｅｌｖｅ'],
      ['2', 'seven', '12.0', ''],
    ],
    ['zh-CN', /加/, ['12', '十二', '　１２　'], ['2', '二', 'twelve', '']],
  ])('to a sum of twelve counts in digits and in words, %s', (locale, kind, right, wrong) => {
    const twelve = find(locale, ({ prompt, answers }) => kind.test(prompt) && answers[0] === '12')

    expect(right.filter((one) => !isCaptchaAnswer(one, twelve.answers))).toEqual([])
    expect(wrong.filter((one) => isCaptchaAnswer(one, twelve.answers))).toEqual([])
  })

  it.each([
    ['en', 'What is nine plus four?', '13'],
    ['en', 'What is twelve minus ten?', 'two'],
    ['en', 'Which month comes three months after November?', 'february'],
    ['zh-CN', '九加四等于多少？', '十三'],
    ['zh-CN', '十二减十等于多少？', '两'],
    ['zh-CN', '十一月再过三个月是几月？', '2月'],
  ] as const)('%s: %s %s', (locale, asked, answer) => {
    const { answers } = find(locale, ({ prompt }) => prompt === asked)

    expect(isCaptchaAnswer(answer, answers)).toBe(true)
  })

  it('is the word in its place', () => {
    const { prompt, answers } = find('en', (one) => one.prompt.startsWith('Write the third'))

    expect(answers[0]).toBe(prompt.split(': ')[1]?.split(', ')[2])
  })

  it('is the thing of the kind that is asked for', () => {
    const { prompt, answers } = find('en', (one) => one.prompt.includes('an animal'))

    const animals = translator('en')('question.kinds.animal.words').split(', ')
    expect(animals).toContain(answers[0])
    expect(prompt).toContain(answers[0])
  })
})

describe('The lists', () => {
  it.each(LOCALES)('name nothing twice, so that no word belongs to two kinds, %s', (locale) => {
    const t = translator(locale)
    const kinds = ['animal', 'fruit', 'colour', 'body', 'furniture', 'clothing']

    const all = kinds.flatMap((kind) =>
      t(`question.kinds.${kind}.words`).split(t('question.comma')).join('/').split('/'),
    )

    expect(all.length).toBeGreaterThanOrEqual(60)
    expect(new Set(all).size).toBe(all.length)
  })

  it.each(LOCALES)('count from nothing to thirty and name twelve months, %s', (locale) => {
    const t = translator(locale)

    expect(t('question.numbers').split(t('question.comma'))).toHaveLength(31)
    expect(t('question.months').split(t('question.comma'))).toHaveLength(12)
  })
})

function ask(locale: Locale, times: number): Question[] {
  return Array.from({ length: times }, () => chooseQuestion(translator(locale)))
}

function find(locale: Locale, fits: (question: Question) => boolean): Question {
  for (let turn = 0; turn < 500_000; turn++) {
    const question = chooseQuestion(translator(locale))
    if (fits(question)) return question
  }
  throw new Error('No question like that')
}

// What a sentence with blanks may look like once they are filled.
function patternsOf(locale: Locale): RegExp[] {
  const keys = ['sum', 'difference', 'month', 'kind', 'place']
  const blanks = Object.fromEntries(
    ['a', 'b', 'month', 'steps', 'kind', 'list', 'place'].map((name) => [name, 'BLANK']),
  )
  return keys.map((key) => {
    const sentence = translator(locale)(`question.${key}`, blanks).replace(/[?？]/, '.')
    return new RegExp(`^${sentence.replaceAll('BLANK', '.+')}$`)
  })
}
