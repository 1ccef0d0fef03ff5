// What a visitor who means no good might send: the raw material of the property tests.
import fc from 'fast-check'

export const paths = [
  '/',
  '/home',
  '/register',
  '/login',
  '/account',
  '/logout',
  '/captcha',
  '/locale',
]
const fields = ['username', 'email', 'password', 'captcha', 'remember', 'next', 'locale', '_csrf']

export const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('\0', '[object Object]', '$gt', '__proto__', '%', '%00', '🧞'.repeat(300), '{}'),
)
const fieldName = fc
  .tuple(fc.constantFrom(...fields, '__proto__', 'constructor'), fc.constantFrom('', '[]', '[$ne]'))
  .map(([name, suffix]) => name + suffix)
export const form = fc
  .array(fc.tuple(fieldName, nasty), { maxLength: 8 })
  .map((entries) => new URLSearchParams(entries).toString())
export const json = fc.oneof(
  fc
    .dictionary(
      fieldName,
      fc.oneof(
        nasty,
        fc.jsonValue({ maxDepth: 3 }),
        fc.constantFrom(true, false, null, 1e300, [[]]),
      ),
      { maxKeys: 8 },
    )
    .map((fields) => JSON.stringify(fields)),
  fc.json(),
  nasty,
)
export const headerText = fc.stringMatching(/^[\x21-\x7e]{0,40}$/)
export const markup = fc
  .array(
    fc.constantFrom('<', '>', '"', "'", '&', '/', '=', '`', ' ', 'b', '<%', '%>', '--', '&lt;'),
  )
  .map((pieces) => `<${pieces.join('')}`)
export const destination = fc
  .array(
    fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2f',
      '%5c',
      '%09',
      '\t',
      '\n',
      '@',
      ':',
      '?',
      '#',
    ) as fc.Arbitrary<string>,
    { maxLength: 6 },
  )
  .chain((pieces) =>
    fc.tuple(
      fc.constantFrom('', '/', '//', 'https:', 'javascript:', '/\\'),
      fc.constant(pieces.join('')),
      fc.constantFrom('', 'evil.example', 'home', 'evil.example/home', 'alert(1)'),
    ),
  )
  .map((parts) => parts.join(''))
