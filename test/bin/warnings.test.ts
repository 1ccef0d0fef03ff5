// What whoever starts a site is told of it: a block that nobody overlooks where others can reach a development site.
import { describe, expect, it } from 'vitest'
import { warningsFor } from '../../bin/warnings.ts'
import { settingsWith } from '../helper.ts'

const warnings = (environment: NodeJS.ProcessEnv) => {
  const settings = settingsWith({ CAPTCHA: 'on', THROTTLE: 'on', ...environment })
  return warningsFor(settings, settings.baseUrl).join('\n')
}
const CLASS = { HOST: '0.0.0.0', BASE_URL: 'http://192.168.1.20:3000' }

describe('A development site that listens beyond this machine', () => {
  it.each(['0.0.0.0', '::', '192.168.1.20', 'sesame.example'])(
    'says on HOST=%s in a block what is open to whom',
    (HOST) => {
      const said = warnings({ ...CLASS, HOST })

      expect(said).toMatch(/^={70,}\nTHIS IS A DEVELOPMENT SITE, AND OTHERS CAN REACH IT/)
      expect(said).toMatch(/={70,}$/m)
      expect(said).toContain('Everybody who reaches this machine can open http://192.168.1.20:3000')
      expect(said).toContain('Nobody but you reads the mails')
      expect(said).toContain('http://localhost:3000/dev/mail')
    },
  )

  it('says that others are refused while BASE_URL is not their address', () => {
    expect(warnings({ HOST: '0.0.0.0' })).toContain('Others get 421 until BASE_URL')
  })

  it('says which protection is off', () => {
    expect(warnings({ ...CLASS, CAPTCHA: 'off', THROTTLE: 'off' })).toMatch(/captcha.*\n.*THROTTLE/)
  })
})

describe('A site in production over plain HTTP', () => {
  it('is told of at each start', () => {
    const said = warnings({
      NODE_ENV: 'production',
      INSECURE_HTTP: 'on',
      BASE_URL: 'http://sign-in.example',
      SMTP_URL: 'smtps://mail.example',
      MAIL_FROM: 'sesame@example.com',
    })

    expect(said).toMatch(/^INSECURE_HTTP is on: .*unset INSECURE_HTTP/)
  })
})

describe('A site for this machine alone', () => {
  it.each(['127.0.0.1', 'localhost', '::1'])('says nothing on HOST=%s', (HOST) => {
    expect(warnings({ HOST })).toBe('')
  })

  it('is told where browsers refuse passkeys', () => {
    expect(warnings({ HOST: '127.0.0.2' })).toMatch(
      /^There are no passkeys at http:\/\/127.0.0.2:3000/,
    )
  })
})
