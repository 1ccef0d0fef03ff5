// People who use a site all the time while something else is tried: they come, change everything about themselves, and leave.
import { uniqueUsername, validPassword } from '../helper.ts'
import { Visitor } from '../visitor.ts'

const AT_ONCE = 3 // people
const PASSWORDS = ['another lantern, another cave', 'a third lantern in that cave'] as const

export type Load = {
  /** Those who have an account that nobody touches again: what was acknowledged. */
  settled: string[]
  /** Everybody who had an account and did not leave, by all the names and passwords that they have had. */
  restless: { names: string[]; passwords: string[] }[]
  /** How much was acknowledged so far. */
  count: () => number
  /** Let everybody finish what they are doing. */
  stop: () => Promise<void>
}

/** Let people use the site at this address until it is stopped. Each comes from a network of their own. */
export function startLoad(address: string): Load {
  const settled: string[] = []
  const restless: Load['restless'] = []
  let isOver = false
  let done = 0
  const note = ({ status }: { status: number }) => {
    if (status !== 303) throw new Error(`The site answered ${status}`)
    done++
  }
  const visitor = () => {
    const one = new Visitor(address)
    one.agent.set('X-Forwarded-For', `198.51.${done % 250}.${(restless.length % 250) + 1}`)
    return one
  }
  const live = async () => {
    const one = visitor()
    const { username, email } = await one.registerAndSignIn()
    note(await visitor().register({ username: `${username}-settled`, email: `settled-${email}` }))
    settled.push(`${username}-settled`)
    const me = { names: [username ?? ''], passwords: [validPassword] }
    restless.push(me)
    for (const password of PASSWORDS) {
      const name = uniqueUsername()
      const current = me.passwords.at(-1) ?? ''
      me.passwords.push(password)
      note(await one.fill('/account/password', { current, password }))
      await visitor().signIn({ username: me.names.at(-1) ?? '', password: 'not mine at all' })
      me.names.push(name)
      note(await one.fill('/account/username', { username: name, current: password }))
      note(await visitor().signIn({ username: name, password }))
    }
    const leaving = visitor()
    const { username: gone = '' } = await leaving.registerAndSignIn()
    note(await leaving.fill('/account/delete', { username: gone }))
    // Somebody else comes by the same address at once; the name is reserved.
    note(await visitor().register({ username: `${gone}-next`, email: `${gone}@example.com` }))
  }
  const lives = Array.from({ length: AT_ONCE }, async () => {
    while (!isOver) await live()
  })
  return {
    settled,
    restless,
    count: () => done,
    stop: async () => {
      isOver = true
      await Promise.all(lives)
    },
  }
}
