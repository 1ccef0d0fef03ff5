// What a model answers when it may refuse: a value, or the errors of the fields that a person can mend. Accidents throw.
import type { Refusal } from './form.ts'

export type Result<T> = { ok: true; value: T } | Refusal

export const accept = <T>(value: T): Result<T> => ({ ok: true, value })
export const refuse = (errors: Refusal['errors']): Refusal => ({ ok: false, errors })
