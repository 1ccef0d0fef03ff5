// One visitor with a browser's cookie jar, who reads pages and fills in their forms as a person does.
import type { Express } from 'express'
import { parse, type HTMLElement } from 'node-html-parser'
import supertest, { type Response } from 'supertest'
import { CAPTCHA, ownFields, uniqueUsername, validPassword } from './helper.ts'
import { signedCookie, storeUser } from './member.ts'

export type Fields = Record<string, string>

export class Visitor {
  readonly agent: ReturnType<typeof supertest.agent>
  private readonly app: Express | string

  constructor(app: Express | string) {
    this.app = app
    this.agent = supertest.agent(app)
  }

  /** Read a page. */
  async get(path: string, headers: Fields = {}): Promise<Response> {
    return this.agent.get(path).set(headers)
  }

  /** Send fields as a form does, with nothing added. */
  async post(path: string, fields: Fields | string, headers: Fields = {}): Promise<Response> {
    return this.agent.post(path).type('form').set(headers).send(fields)
  }

  /** Open a page, look at its picture, fill in its form and send it. */
  async fill(path: string, fields: Fields, headers: Fields = {}): Promise<Response> {
    const form = page(await this.get(path)).querySelector('main form')
    if (!form) throw new Error(`${path} has no form`)
    const picture = form.querySelector('img[src^="/captcha"]')?.getAttribute('src')
    if (picture !== undefined) await this.get(picture)
    const hidden = form
      .querySelectorAll('input[type=hidden]')
      .map((input): [string, string] => [
        input.getAttribute('name') ?? '',
        input.getAttribute('value') ?? '',
      ])
    const action = form.getAttribute('action') ?? path
    const captcha = form.querySelector('[name=captcha]') ? { captcha: CAPTCHA } : {}
    return this.post(action, { ...Object.fromEntries(hidden), ...captcha, ...fields }, headers)
  }

  /** The token of a page's forms, for requests made by hand. */
  async token(path = '/login'): Promise<string> {
    const field = page(await this.get(path)).querySelector('[name=_csrf]')
    return field?.getAttribute('value') ?? ''
  }

  /** The value of one of this visitor's cookies, undefined if there is none. */
  cookie(name: string): string | undefined {
    return this.agent.jar.getCookie(name, {
      domain: typeof this.app === 'string' ? new URL(this.app).hostname : '127.0.0.1',
      path: '/',
      secure: false,
      script: false,
    })?.value
  }

  /** Send fields with a valid token, without opening the form and without a look at its picture. */
  async send(path: string, fields: Fields, headers: Fields = {}): Promise<Response> {
    return this.post(path, { _csrf: await this.token('/home'), ...fields }, headers)
  }

  /** Register through the form; whatever is not given is valid and new. */
  async register(fields: Fields = {}, headers: Fields = {}): Promise<Response> {
    return this.fill('/register', { ...newPerson(), ...fields }, headers)
  }

  /** Sign in through the form. */
  async signIn(fields: Fields, headers: Fields = {}): Promise<Response> {
    return this.fill('/login', { password: validPassword, ...fields }, headers)
  }

  /** Be somebody who is registered and signed in; on a site in this process without the requests that this takes. */
  async becomeMember(fields: Fields = {}): Promise<Fields> {
    if (typeof this.app === 'string') return this.registerAndSignIn(fields)
    const person = { ...newPerson(), ...fields }
    const member = await storeUser(this.app, person)
    this.agent.jar.setCookie(await signedCookie(this.app, member), '127.0.0.1', '/')
    return person
  }

  /** Register and sign in through the forms. */
  async registerAndSignIn(fields: Fields = {}): Promise<Fields> {
    const person = { ...newPerson(), ...fields }
    await this.register(person)
    const { status } = await this.signIn({ username: person.username, password: person.password })
    if (status !== 303) throw new Error(`Signing in answered ${status}`)
    return person
  }
}

/** The fields of somebody who is not registered yet, with those of models/user/fields.ts: a site in a process of its own has them. */
export function newPerson() {
  const username = uniqueUsername()
  const details = Object.fromEntries(ownFields.map(({ name, example }) => [name, example]))
  return { ...details, username, email: `${username}@example.com`, password: validPassword }
}

/** The elements of a page that was answered. */
export function page(response: Response): HTMLElement {
  return parse(response.text, { blockTextElements: { script: true, style: true } }) // but <pre>, which has elements
}

/** The title of a page. */
export function titleOf(response: Response): string {
  return page(response).querySelector('title')?.text ?? ''
}

/** What a form shows in a field: the value of its input. */
export function valueOf(response: Response, field: string): string | undefined {
  return page(response).querySelector(`main [name=${field}]`)?.getAttribute('value')
}

/** The cookies that an answer sets, by name, each with its value and its flags in lower case. */
export function cookiesOf(response: Response): Record<string, { value: string; flags: string[] }> {
  const lines = response.get('Set-Cookie') ?? []
  return Object.fromEntries(
    lines.map((line) => {
      const [pair = '', ...flags] = line.split(/; */)
      const [name = '', value = ''] = pair.split('=')
      return [name, { value, flags: flags.map((flag) => flag.toLowerCase()) }]
    }),
  )
}

/** The errors beside the fields of a page, by field. */
export function errorsOf(response: Response): Fields {
  const errors = page(response)
    .querySelectorAll('.error')
    .map((error) => [error.id.replace(/-error$/, ''), error.text.trim()])
  return Object.fromEntries(errors) as Fields
}
