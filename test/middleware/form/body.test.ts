// What is sent to a form: small, well-formed and of the right type, or refused with a page that says so.
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../../config/i18n.ts'
import { openSite, type Site } from '../../helper.ts'
import { page } from '../../visitor.ts'

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'
const KIB = 1024

const jsonOf = (fields: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: fields }, (_, n) => [`f${n}`, ''])))

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe.each(['/login', '/register', '/locale', '/logout', '/no-such-page'])('POST %s', (path) => {
  it.each([
    [413, 'more than 16 KiB', FORM, 'x'.repeat(16 * KIB + 1)],
    [413, 'a megabyte', FORM, `username=${'x'.repeat(KIB * KIB)}`],
    [413, 'a thousand fields', FORM, Array.from({ length: 1000 }, (_, n) => `f${n}=`).join('&')],
    [400, 'a lone percent sign', FORM, 'username=100%&password=x'],
    [400, 'a wrong percent code', FORM, 'username=%zz'],
    [400, 'a percent code that is no UTF-8', FORM, 'username=%ff%fe'],
    [400, 'half of a surrogate pair', FORM, 'username=%ED%A0%80'],
    [413, 'JSON of more than 16 KiB', JSON_TYPE, JSON.stringify({ a: 'x'.repeat(16 * KIB) })],
    [413, 'JSON of a thousand fields', JSON_TYPE, jsonOf(1000)],
    [413, 'JSON of more than fifty fields', JSON_TYPE, jsonOf(51)],
    [400, 'JSON that breaks off', JSON_TYPE, '{"username":"x"'],
    [400, 'JSON with a comma too many', JSON_TYPE, '{"username":"x",}'],
    [400, 'a form that is called JSON', JSON_TYPE, 'username=x'],
    [400, 'a list', JSON_TYPE, '[{"username":"x"}]'],
    [400, 'a text', JSON_TYPE, '"username"'],
    [400, 'a number', JSON_TYPE, '7'],
    [400, 'null', JSON_TYPE, 'null'],
    [400, 'true', JSON_TYPE, 'true'],
    [400, 'white space', JSON_TYPE, ' \n'],
    [400, 'brackets without an end', JSON_TYPE, '['.repeat(10_000)],
    [415, 'JSON in UTF-16', `${JSON_TYPE}; charset=utf-16`, '{"username":"x"}'],
    [415, 'JSON in Latin-1', `${JSON_TYPE}; charset=iso-8859-1`, '{"username":"x"}'],
    [415, 'another kind of JSON', 'application/ld+json', '{"username":"x"}'],
    [415, 'a file upload', 'multipart/form-data; boundary=x', '--x--'],
    [415, 'plain text', 'text/plain', 'username=x'],
    [415, 'an unknown charset', `${FORM}; charset=utf-99`, 'username=x'],
    [415, 'a type that is none', 'x', 'username=x'],
  ])('answers %i to %s', async (status, _what, type, body) => {
    const answer = await site.visitor().agent.post(path).set('Content-Type', type).send(body)

    expect(answer.status).toBe(status)
    const content = page(answer)
    expect(content.querySelector('h1')?.text).toBe(
      translator('en')(`error.${status.toString()}.title`),
    )
    expect(content.querySelector('main code')?.text).toBe(answer.headers['x-request-id'])
  })
})

describe('POST /login', () => {
  it('reads a form of exactly 16 KiB', async () => {
    const visitor = site.visitor()
    const start = `_csrf=${await visitor.token()}&username=`

    const answer = await visitor.post('/login', start.padEnd(16 * KIB, 'x'))

    expect(answer.status).toBe(422)
  })

  it.each<[number, string, Buffer]>([
    [413, 'gzip', gzipSync('x'.repeat(1024 * KIB))],
    [400, 'gzip', Buffer.from('not gzip at all')],
    [415, 'unknown', Buffer.from('username=x')],
  ])('answers %i to a body encoded with %s', async (status, encoding, bytes) => {
    const request = site
      .visitor()
      .agent.post('/login')
      .type('form')
      .set('Content-Encoding', encoding)

    const answer = await request.serialize((body: unknown) => body as string).send(bytes as never)

    expect(answer.status).toBe(status)
  })

  it.each([
    [FORM, 'a=', ''],
    [JSON_TYPE, '{"a":"', '"}'],
  ])('answers 400 to bytes of %s that are no UTF-8', async (type, before, after) => {
    const request = site.visitor().agent.post('/login').type(type)
    const bytes = Buffer.concat([
      Buffer.from(before),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(after),
    ])

    const answer = await request.serialize((body: unknown) => body as string).send(bytes as never)

    expect(answer.status).toBe(400)
  })

  it.each([FORM, JSON_TYPE])('takes an empty %s in chunks for no fields', async (type) => {
    const request = site.visitor().agent.post('/login').set('Content-Type', type)

    const answer = await request.set('Transfer-Encoding', 'chunked').send()

    expect(answer.status).toBe(403)
  })

  it.each(['utf8', 'UTF8', '"utf8"', 'UTF-8', '"utf-8"', 'unicode-1-1-utf-8'])(
    'reads a form and JSON with charset=%s, which is UTF-8',
    async (charset) => {
      const send = (type: string, body: string) =>
        site.visitor().agent.post('/locale').set('Content-Type', type).send(body)

      const form = await send(`${FORM}; charset=${charset}`, 'locale=zh-CN&next=%2Flogin')
      const json = await send(`${JSON_TYPE};charset=${charset}; x=y`, '{"locale":"zh-CN"}')

      expect([form.status, form.headers.location, json.status]).toEqual([303, '/login', 303])
    },
  )

  it.each([JSON_TYPE, `${JSON_TYPE}; charset=UTF-8`])(
    'reads %s of exactly 16 KiB and fifty fields, and answers with a page unless asked otherwise',
    async (type) => {
      const visitor = site.visitor()
      const body = {
        ...(JSON.parse(jsonOf(48)) as object),
        username: 'x',
        _csrf: await visitor.token(),
      }
      const text = JSON.stringify(body).replace(/}$/, '')

      const answer = await visitor.agent
        .post('/login')
        .set('Content-Type', type)
        .send(`${text.padEnd(16 * KIB - 1)}}`)

      expect([answer.status, answer.type]).toEqual([422, 'text/html'])
    },
  )
})
