// What a browser sends of a passkey, as a form field: the shape of it, before anything in it is believed.
import { z } from 'zod'
import { text } from '../form.ts'

const MAX_ID_LENGTH = 1364 // characters of base64url for the 1023 bytes that the standard allows

const base64url = z.string().regex(/^[\w-]+$/)
const id = base64url.max(MAX_ID_LENGTH)
const answer = {
  id,
  rawId: id,
  type: z.literal('public-key'),
  clientExtensionResults: z.unknown().transform(() => ({})), // none was asked for
}

/** The form field with what a browser answers when it has made a passkey, as JSON text. */
export const creationField = jsonField(
  z.object({
    ...answer,
    response: z.object({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: z
        .array(z.string().regex(/^[\w-]{1,32}$/))
        .max(10)
        .catch([]),
    }),
  }),
)

/** The form field with what a browser answers when it has used a passkey, as JSON text. */
export const useField = jsonField(
  z.object({
    ...answer,
    response: z.object({
      clientDataJSON: base64url,
      authenticatorData: base64url,
      signature: base64url,
      userHandle: z.string().nullish(),
    }),
  }),
)

export type PasskeyCreation = z.output<typeof creationField>
export type PasskeyUse = z.output<typeof useField>

/** The challenge that the browser says it was given. It is the visitor's word: whether it was, the session knows. */
export function sentChallenge({ response }: PasskeyCreation | PasskeyUse): string {
  try {
    const data: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString())
    return z.object({ challenge: z.string() }).parse(data).challenge
  } catch {
    return ''
  }
}

function jsonField<S extends z.ZodType>(schema: S) {
  return text()
    .refine((value) => value !== '', { message: 'errors.passkey.missing', abort: true })
    .transform((value, context): z.output<S> => {
      const { success, data } = schema.safeParse(parsed(value))
      if (success) return data
      context.addIssue('errors.passkey.wrong')
      return z.NEVER
    })
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}
