// The setting THROTTLE: on unless a test or a person at the keyboard says otherwise.
import { describe, expect, it } from 'vitest'
import { readSettings } from '../../config/env.ts'

const production = {
  NODE_ENV: 'production',
  SESSION_SECRETS: 'a secret for tests alone and long enough',
  ENCRYPTION_KEYS: 'a key for tests alone and long enough',
  SMTP_URL: 'smtps://mail.example',
  MAIL_FROM: 'sesame@sign-in.example',
  BASE_URL: 'https://sign-in.example',
}

describe('THROTTLE', () => {
  it('is on by default', () => {
    const read = readSettings({})

    expect(read.ok && read.settings.throttle).toBe(true)
  })

  it('can be switched off', () => {
    const read = readSettings({ THROTTLE: 'off' })

    expect(read.ok && read.settings.throttle).toBe(false)
  })

  it('stops the start in production if it is off', () => {
    expect(readSettings({ ...production, THROTTLE: 'off' })).toEqual({
      ok: false,
      problems: ['THROTTLE: must be on in production'],
    })
    expect(readSettings({ ...production, THROTTLE: 'on' }).ok).toBe(true)
  })

  it.each(['false', '0', 'ON'])('is not %j', (value) => {
    expect(readSettings({ THROTTLE: value }).ok).toBe(false)
  })
})
