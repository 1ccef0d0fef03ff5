// What is left in a browser after sign-out: with express-session alone its cookie, here no cookie.
import express from 'express'
import session from 'express-session'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSite, type Site } from '../helper.ts'
import { cookiesOf, newPerson } from '../visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

describe('stock session.destroy()', () => {
  it('leaves the cookie in the browser', async () => {
    const app = express()
    app.use(session({ secret: 'lab', resave: false, saveUninitialized: true }))
    app.get('/', (_req, res) => void res.send('hello'))
    app.post('/logout', (req, res, next) => {
      req.session.destroy((error) => {
        if (error) next(error)
        else res.redirect(303, '/')
      })
    })
    const visitor = supertest.agent(app)
    await visitor.get('/')

    const answer = await visitor.post('/logout')

    expect(answer.status).toBe(303)
    expect(answer.get('Set-Cookie')).toBeUndefined()
  })
})

describe('POST /logout', () => {
  it.each(['', 'on'])(
    'clears the cookie with the flags it was set with, and nothing else that the browser keeps, with remember=%j (ASVS 7.4.1)',
    async (remember) => {
      const { username } = newPerson()
      await site.visitor().register({ username })
      const member = site.visitor()
      const set = cookiesOf(await member.signIn({ username, remember }))

      const answer = await member.fill('/logout', {})

      const cleared = cookiesOf(answer)
      expect(cleared.sid?.value).toBe('')
      expect(lasting(cleared.sid?.flags)).toEqual(lasting(set.sid?.flags))
      expect(answer.headers).not.toHaveProperty('clear-site-data') // it takes seconds, for every site
    },
  )
})

// Without those that say for how long.
function lasting(flags: string[] = []): string[] {
  return flags.filter((flag) => !/^(expires|max-age)=/.test(flag)).sort()
}
