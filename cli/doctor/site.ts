// The site as people reach it: what BASE_URL promises, and what really comes back from there.
import type { Settings } from '../../config/env.ts'
import { cookieName, isHttps } from '../../config/session.ts'
import { findingsOf, type Finding } from './finding.ts'

const finding = findingsOf('site')
const TIMEOUT = 5000 // milliseconds

/** Compare the settings with what a visitor gets at BASE_URL. A site that does not answer is a warning: it may not run yet. */
export async function checkSite(settings: Settings): Promise<Finding[]> {
  return [...checkProxy(settings), ...(await checkAnswer(settings))]
}

function checkProxy(settings: Settings): Finding[] {
  if (isHttps(settings) && settings.trustProxy === false) {
    return [
      finding(
        'wrong',
        'BASE_URL is https but TRUST_PROXY is not set: a Secure cookie is never sent, and nobody can sign in.',
        'Set TRUST_PROXY=1 if one proxy stands in front, or the addresses of the proxies.',
      ),
    ]
  } else {
    return []
  }
}

async function checkAnswer(settings: Settings): Promise<Finding[]> {
  const url = `${settings.baseUrl}/login`
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT) })
    await answer.body?.cancel()
    const findings = judge(settings, url, answer)
    return findings.length > 0
      ? findings
      : [finding('ok', `${url} answers, with the cookies it has to set.`)]
  } catch (error) {
    return [
      finding(
        'warning',
        `${url} does not answer (${reasonOf(error)}).`,
        'Start the site; if it runs, check BASE_URL, the proxy, its certificate and the way from this machine to it.',
      ),
    ]
  }
}

/** What is wrong with an answer to GET /login; nothing, if the proxy passes on what it has to. */
export function judge(settings: Settings, url: string, { status, headers }: Response): Finding[] {
  const name = cookieName(settings, 'csrf')
  const cookies = headers.getSetCookie()
  const cookie = cookies.find((one) => one.startsWith(`${name}=`))
  if (status !== 200) {
    const todo =
      'Check that BASE_URL is the address of this site, and that the proxy passes requests on to it.'
    return [finding('wrong', `${url} answers with ${status}.`, todo)]
  } else if (cookie === undefined) {
    const todo = isHttps(settings)
      ? 'Let the proxy pass on X-Forwarded-Proto, and Set-Cookie back; check TRUST_PROXY; start the site anew if BASE_URL has changed.'
      : 'Check that BASE_URL is the address of this site, and start it anew if BASE_URL has changed.'
    return [finding('wrong', `${url} does not set the cookie ${name}.`, todo)]
  } else {
    return [...judgeFlags(settings, name, cookie), ...judgeTransport(settings, headers)]
  }
}

function judgeFlags(settings: Settings, name: string, cookie: string): Finding[] {
  const flags = cookie.split(';').map((flag) => flag.trim().toLowerCase())
  const needed = ['httponly', 'samesite=lax', 'path=/', ...(isHttps(settings) ? ['secure'] : [])]
  const missing = needed.filter((flag) => !flags.includes(flag))
  const domain = flags.filter((flag) => flag.startsWith('domain='))
  return [
    ...missing.map((flag) => `The cookie ${name} comes without ${flag}.`),
    ...domain.map((flag) => `The cookie ${name} comes with ${flag}.`),
  ].map((says) => finding('wrong', says, 'Let the proxy pass Set-Cookie on as it is.'))
}

function judgeTransport(settings: Settings, headers: Headers): Finding[] {
  const age = /max-age=(\d+)/.exec(headers.get('strict-transport-security') ?? '')?.[1]
  return isHttps(settings) && Number(age ?? 0) === 0
    ? [
        finding(
          'wrong',
          'The answer has no Strict-Transport-Security: a first visit over http can be intercepted.',
          'Let the proxy pass the header on as it is.',
        ),
      ]
    : []
}

function reasonOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: unknown }; name: string }
  return typeof cause?.code === 'string' ? cause.code : name
}
