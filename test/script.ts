// A visitor who is a script: asks for JSON, sends JSON, and keeps the token of the last answer beside the cookies.
import type { Express } from 'express'
import type { Response } from 'supertest'
import { CAPTCHA, validPassword } from './helper.ts'
import { newPerson, Visitor, type Fields } from './visitor.ts'

/** What every page and every outcome says beside its own data. */
export type Frame = {
  user: { username: string; email: string; signedInAt: string; idlesOutAt: string } | null
  csrfToken: string
  notice?: { code: string; message: string }
  failures?: { code: string; message: string; count: number; last: string }
  next?: string
}

export type Problem = {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  errors?: Fields
  wait?: number
}

export class Script extends Visitor {
  csrfToken = ''

  constructor(app: Express | string) {
    super(app)
    this.agent.set('Accept', 'application/json')
  }

  /** Read a page as data. */
  async read(path: string, headers: Fields = {}): Promise<Response> {
    return this.keep(await this.get(path, headers))
  }

  /** Send fields as JSON, with the token of the last answer in the header. */
  async write(path: string, body: unknown, headers: Fields = {}): Promise<Response> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const request = this.agent.post(path).type('json').set({ 'X-CSRF-Token': this.csrfToken })
    return this.keep(await request.set(headers).send(text))
  }

  /** Look at a picture, and send a form with its text. */
  async answer(path: string, fields: object, headers: Fields = {}): Promise<Response> {
    await this.read('/home')
    await this.read('/captcha')
    return this.write(path, { captcha: CAPTCHA, ...fields }, headers)
  }

  /** Register and sign in, all in JSON. */
  override async registerAndSignIn(fields: Fields = {}): Promise<Fields> {
    const person = { ...newPerson(), ...fields }
    await this.answer('/register', person)
    const { status } = await this.answer('/login', person)
    if (status !== 200) throw new Error(`Signing in answered ${status}`)
    return person
  }

  /** Be somebody who is registered and signed in, with the token that goes with it. */
  override async becomeMember(fields: Fields = {}): Promise<Fields> {
    const person = await super.becomeMember(fields)
    await this.read('/home')
    return person
  }

  private keep(answer: Response): Response {
    this.csrfToken = frameOf(answer).csrfToken ?? this.csrfToken
    return answer
  }
}

/** The fields of a sign-in. */
export function credentialsOf({ username = '' }: Fields) {
  return { username, password: validPassword, captcha: CAPTCHA }
}

/** What an answer says beside the page's own data. */
export function frameOf(answer: Response): Partial<Frame> {
  return answer.body as Partial<Frame>
}

/** The problem document of a refusal. */
export function problemOf(answer: Response): Problem {
  return answer.body as Problem
}
