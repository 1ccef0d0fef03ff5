// What the site has acknowledged, as the crowd remembers it: accounts, passwords, sessions. It notices every broken promise.
import { SessionLedger } from './session-ledger.ts'

type Account = { isCertain: boolean; passwords: string[] }

export class Ledger extends SessionLedger {
  private readonly accounts = new Map<string, Account>()

  /** A registration was sent: until it is acknowledged there may be such an account or not. */
  mayBeRegistered(username: string, password: string): void {
    this.accounts.set(username, { isCertain: false, passwords: [password] })
  }

  /** A registration was acknowledged, or the name was found to be taken by it. */
  registered(username: string): void {
    const account = this.accounts.get(username)
    if (account) account.isCertain = true
  }

  /** A change of the password was sent: until it is acknowledged either may count, and any session may have ended. */
  mayChange(username: string, password: string): void {
    this.accounts.get(username)?.passwords.push(password)
    for (const sid of this.othersOf(username)) this.mayEnd(sid)
  }

  /** A change was acknowledged, or one of several passwords was found to be the one that counts. */
  changed(username: string, password: string): void {
    const account = this.accounts.get(username)
    if (account) account.passwords = [password]
  }

  /** The passwords that may count; none for an unknown account. */
  passwordsOf(username: string): string[] {
    return [...(this.accounts.get(username)?.passwords ?? [])]
  }

  /** A sign-in was let in. */
  accepted(username: string, password: string): void {
    const account = this.accounts.get(username)
    if (!account?.passwords.includes(password)) {
      this.breach('writes', `${username} got in by a password that does not count`)
    } else {
      account.isCertain = true // an account that was seen has to stay
    }
  }

  /** A sign-in was refused because of its name or password. */
  refused(username: string, password: string): void {
    const account = this.accounts.get(username)
    if (account?.isCertain && account.passwords.join('\n') === password) {
      this.breach('writes', `${username} can't get in by the password that was acknowledged last`)
    }
  }

  /** None of the passwords that may count was let in. */
  allRefused(username: string): void {
    if (this.accounts.get(username)?.isCertain) {
      this.breach('writes', `${username} can't get in by any password that was ever acknowledged`)
    }
  }

  /** So many wrong passwords were looked at, from one address in a row; the site promises no more than so many. */
  guessed(username: string, looked: number, most: number): void {
    if (looked > most) {
      this.breach('throttle', `${looked} wrong passwords of ${username} were looked at`)
    }
  }

  /** The accounts that have to be there now. */
  members(): string[] {
    return [...this.accounts].filter(([, one]) => one.isCertain).map(([name]) => name)
  }
}
