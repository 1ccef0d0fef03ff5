// The lesson of md5, over HTTP: a common password found at once, the same under argon2id, and nothing of it kept.
import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { translator } from '../../config/i18n.ts'
import { enqueue } from '../../lib/password/queue.ts'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, type Visitor } from '../visitor.ts'
import { panesOf } from './panes.ts'

const PATH = '/lessons/md5'
const t = translator('en')
const outcome = (key: string) => t(`lessons.md5.outcome.${key}`)

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

const hash = (visitor: Visitor, password: string) =>
  visitor.post(`${PATH}/try/digest`, { password })

describe(`POST ${PATH}/try/digest`, () => {
  it('finds a common password by its md5, and shows two texts of argon2id and the times', async () => {
    const visitor = site.visitor()

    await hash(visitor, '123456')

    const { outcomes, shown, marked } = await panesOf(visitor, PATH)
    expect(outcomes).toEqual([outcome('found')])
    expect(shown.querySelector('#digest')?.text).toContain('e10adc3949ba59abbe56e057f20f883e')
    expect(shown.querySelector('#digest')?.text).toMatch(/Found: number 1 of [\d,]{5,} /)
    const [one = '', two = ''] = shown.querySelectorAll('#argon2id code').map(({ text }) => text)
    expect([one, two]).toEqual([
      expect.stringMatching(/^\$argon2id\$/),
      expect.stringMatching(/^\$argon2id\$/),
    ])
    expect(one).not.toBe(two)
    expect(shown.querySelector('#argon2id')?.text).toMatch(/One guess takes [\d.]+ ms/)
    const lines = marked.split('\n').map((line) => line.trim())
    expect(new Set(lines).size).toBe(2) // in the excerpt and in the whole file
  })

  it('takes one place at a time in the queue of the sign-ins, however many press it', async () => {
    const places = 500 + Math.max(1, availableParallelism() - 1) // those that wait, and those whose turn it is
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const others = Array.from({ length: places - 5 }, () => enqueue(() => held))

    const pressed = Array.from({ length: 10 }, () => hash(site.visitor(), '123456'))
    for (const _turn of [1, 2, 3]) await site.visitor().get(PATH) // by then all ten have got as far
    release()
    await Promise.all(others)

    const answers = await Promise.all(pressed)
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(303))
  })

  it('does not find another one, and neither stores nor logs nor shows what was typed', async () => {
    const visitor = site.visitor()
    const typed = 'seven herons above the mill'

    const answer = await hash(visitor, typed)

    const { outcomes, shown, text } = await panesOf(visitor, PATH)
    const stored = await Promise.all(
      (await site.database.listCollections()).map(({ name }) =>
        site.database.collection(name).find().toArray(),
      ),
    )
    const shownDigest = shown.querySelector('#digest code')?.text ?? ''
    expect(shownDigest).toMatch(/^[0-9a-f]{32}$/)
    expect(outcomes).toEqual([outcome('not-found')])
    expect(text).toContain('Not among')
    expect(text).not.toContain(typed)
    expect(cookiesOf(answer)['md5.result']?.flags).toContain('max-age=60')
    for (const secret of [typed, shownDigest]) {
      expect(JSON.stringify(stored)).not.toContain(secret)
      expect(site.log.join('\n')).not.toContain(secret)
      expect(JSON.stringify(answer.headers)).not.toContain(secret)
    }
  })

  it.each([{}, { password: '' }, { password: 'x'.repeat(257) }, 'password=a&password=b'])(
    'asks for something to hash: %j',
    async (fields) => {
      const visitor = site.visitor()

      const answer = await visitor.post(`${PATH}/try/digest`, fields)

      expect(answer.status).toBe(303)
      expect((await panesOf(visitor, PATH)).outcomes).toEqual([outcome('nothing')])
    },
  )

  it('shows nothing for a result that somebody made up', async () => {
    const made = await site.visitor().get(PATH, { Cookie: 'md5.result=Fe26.2*1*made*up' })

    expect(made.status).toBe(200)
    expect(made.text).not.toContain('id="digest"')
  })
})
