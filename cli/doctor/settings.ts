// The settings: every problem of them, and what is allowed but hardly meant.
import type { Settings } from '../../config/env.ts'
import { passkeySiteOf } from '../../config/passkeys.ts'
import { isHttps } from '../../config/session.ts'
import { isLoopbackHost } from '../../lib/http/loopback.ts'
import { Findings, type Finding } from './finding.ts'

/** What is wrong with settings that can't be read. */
export function checkProblems(problems: string[]): Finding[] {
  const findings = new Findings('settings')
  const todo = 'Correct it where the site gets its environment; README.md lists all settings.'
  for (const problem of problems) findings.wrong(problem, todo)
  return findings.all
}

/** What is odd about settings that can be read. */
export function checkSettings(settings: Settings): Finding[] {
  const { production, host, baseUrlIsGiven, captcha, throttle } = settings
  const findings = new Findings('settings')
  if (!production && !isLoopbackHost(host)) {
    findings.warning(
      `The site listens on ${host}, for others too, but NODE_ENV is not "production".`,
      'Set NODE_ENV=production, which asks for real secrets and a real captcha.',
    )
    if (!['on', 'failures'].includes(captcha.mode) || !throttle) {
      findings.warning('The captcha or the throttle is off.', 'Unset CAPTCHA and THROTTLE.')
    }
  }
  if (production && !baseUrlIsGiven) {
    findings.wrong(
      'INSECURE_HTTP is on and BASE_URL is not set: links in mails lead to this machine, and cookies are not Secure.',
      'Set BASE_URL to the address that people type, such as https://sign-in.example',
    )
  } else if (production && !isHttps(settings)) {
    findings.wrong(
      'INSECURE_HTTP is on and BASE_URL is not https: passwords and cookies travel readable for everybody on the way.',
      'Put a proxy that ends TLS in front and set BASE_URL=https://… and TRUST_PROXY=1, and unset INSECURE_HTTP',
    )
  } else if (!passkeySiteOf(settings)) {
    findings.warning(
      `There are no passkeys at ${settings.baseUrl}: browsers want a domain and https for them, or localhost.`,
      'Set BASE_URL to an address with a domain and https:// if people are to have passkeys.',
    )
  }
  return findings.orOk('All settings are valid.')
}
