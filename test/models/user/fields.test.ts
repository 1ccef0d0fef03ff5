// The list of a site's own fields: names that are free, examples that fit, and every sentence in both languages.
import { describe, expect, it } from 'vitest'
import { detailRules } from '../../../models/user/field-values.ts'
import type { UserField } from '../../../models/user/fields.ts'
import { ownFields, useFields } from '../../helper.ts'
import { filesBelow, read } from '../../project-files.ts'

type Sentences = { [key: string]: string | Sentences | undefined }

const views = filesBelow(['views'], '.ejs')
  .map(({ text }) => text)
  .join('\n')
const OTHER_COLUMNS = ['createdAt'] // of an import

useFields(ownFields)

describe('The fields of a user', () => {
  it('have a free name, an example that fits, and their sentences in both languages', () => {
    const wrong: UserField = { name: 'captcha', control: 'select', options: ['a'], example: 'b' }

    expect(ownFields.flatMap(problemsOf)).toEqual([])
    expect(problemsOf(wrong)).toEqual([
      'captcha: the name is taken',
      'captcha: the example does not fit',
      'en: fields.captcha.label',
      'en: fields.captcha.missing',
      'en: fields.captcha.options.a',
      'zh-CN: fields.captcha.label',
      'zh-CN: fields.captcha.missing',
      'zh-CN: fields.captcha.options.a',
    ])
  })
})

function problemsOf(field: UserField): string[] {
  const { name, example } = field
  const isFree =
    /^[a-z][a-z0-9-]*$/i.test(name) &&
    !OTHER_COLUMNS.includes(name) &&
    !new RegExp(`(name: '|name="|id=")${name}['"]`).test(views)
  return [
    ...(isFree ? [] : [`${name}: the name is taken`]),
    ...(detailRules()[name]?.safeParse(example).success
      ? []
      : [`${name}: the example does not fit`]),
    ...missingSentences(field, 'en'),
    ...missingSentences(field, 'zh-CN'),
  ]
}

function missingSentences(field: UserField, locale: string): string[] {
  const sentences = JSON.parse(read(`config/locales/${locale}.json`).text) as Sentences
  const keys = [
    'label',
    ...(field.hasHint ? ['hint'] : []),
    ...(field.isRequired || field.control === 'select' ? ['missing'] : []),
    ...(field.control === 'select' ? field.options.map((value) => `options.${value}`) : []),
  ].map((key) => `fields.${field.name}.${key}`)
  return keys.filter((key) => !sentenceOf(sentences, key)).map((key) => `${locale}: ${key}`)
}

function sentenceOf(sentences: Sentences, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((group, part) => (group as Sentences | undefined)?.[part], sentences)
}
