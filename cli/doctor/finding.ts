// What a check of the doctor finds: how it stands, in a sentence, and what to do about it.

export type Finding = {
  check: string
  state: 'ok' | 'warning' | 'wrong'
  says: string
  todo?: string
}
export type Report = (state: Finding['state'], says: string, todo?: string) => Finding

/** The maker of a check's findings. */
export function findingsOf(check: string): Report {
  return (state, says, todo) => ({ check, state, says, ...(todo === undefined ? {} : { todo }) })
}
