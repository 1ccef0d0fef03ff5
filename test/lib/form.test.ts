// A body against a schema: values, the first error of each field, and what may be shown again.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readForm, text } from '../../lib/form.ts'

const schema = z.object({
  username: text()
    .refine((name) => name.length >= 3, 'short')
    .refine((name) => /^[a-z]*$/.test(name), 'letters'),
  password: text().refine((password) => password !== '', 'missing'),
})

describe('readForm()', () => {
  it('gives the values of a good form and drops fields nobody asked for', () => {
    const form = readForm({ username: 'alice', password: 'p', admin: 'true' }, schema)

    expect(form).toMatchObject({ ok: true, value: { username: 'alice', password: 'p' } })
    expect(form.ok && Object.keys(form.value)).toEqual(['username', 'password'])
  })

  it('gives the first error of each field and the typed text, but never a password', () => {
    const form = readForm({ username: 'A', password: '' }, schema)

    expect(form).toEqual({
      ok: false,
      errors: { username: 'short', password: 'missing' },
      typed: { username: 'A' },
    })
  })

  it.each([
    [{ username: ['a', 'b'] }, 'a'],
    [{ username: { $gt: '' } }, undefined],
    [{ username: 'a\0b' }, 'a\0b'],
    [{ username: '\ud800' }, '\ud800'],
    [{ username: 7 }, undefined],
  ])('refuses %j as no text', (body, shown) => {
    const form = readForm({ ...body, password: 'p' }, schema)

    expect(form).toMatchObject({ ok: false, errors: { username: 'errors.text' } })
    expect(form.typed.username).toBe(shown)
  })

  it.each([undefined, null, {}, Object.create(null)])(
    'takes the body %j for an empty form',
    (body) => {
      expect(readForm(body, schema)).toMatchObject({ ok: false, typed: {} })
    },
  )

  it('is not misled by a field called __proto__', () => {
    const body = JSON.parse('{"__proto__": {"username": "alice"}, "password": "p"}') as object

    expect(readForm(body, schema)).toMatchObject({ ok: false, errors: { username: 'short' } })
  })
})
