// What a check of the doctor finds: how it stands, in a sentence, and what to do about it.

export type Finding = {
  check: string
  state: 'ok' | 'warning' | 'wrong'
  says: string
  todo?: string
}

/** What one check has found so far. */
/** What to do about a certificate that this machine does not trust, if that is what an error's message tells. */
export function todoOfCertificate(message: string): string | undefined {
  return /certificate/i.test(message)
    ? 'Its certificate is not trusted. If an authority of your own signed it: NODE_EXTRA_CA_CERTS=/path/to/ca.pem'
    : undefined
}

export class Findings {
  readonly all: Finding[] = []
  private readonly check: string

  constructor(check: string) {
    this.check = check
  }

  ok(says: string): void {
    this.all.push({ check: this.check, state: 'ok', says })
  }

  warning(says: string, todo: string): void {
    this.all.push({ check: this.check, state: 'warning', says, todo })
  }

  wrong(says: string, todo: string): void {
    this.all.push({ check: this.check, state: 'wrong', says, todo })
  }

  /** All of it; where nothing was found, this good news. */
  orOk(says: string): Finding[] {
    if (this.all.length === 0) this.ok(says)
    return this.all
  }
}
