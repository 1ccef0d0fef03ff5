// The site as people reach it: what BASE_URL promises, and what really comes back from there.
import type { Settings } from '../../config/env.ts'
import { cookieName, isHttps } from '../../config/session.ts'
import { Findings, todoOfCertificate, type Finding } from './finding.ts'

const TIMEOUT = 5000 // milliseconds

/** Compare the settings with what a visitor gets at BASE_URL. A site that does not answer is a warning: it may not run yet. */
export async function checkSite(settings: Settings): Promise<Finding[]> {
  const findings = new Findings('site')
  if (isHttps(settings) && settings.trustProxy === false) {
    findings.wrong(
      'BASE_URL is https but TRUST_PROXY is not set: a Secure cookie is never sent, and nobody can sign in.',
      'Set TRUST_PROXY=1 if one proxy stands in front, or the addresses of the proxies.',
    )
  }
  return [...findings.all, ...(await checkAnswer(settings))]
}

async function checkAnswer(settings: Settings): Promise<Finding[]> {
  const url = `${settings.baseUrl}/login`
  const findings = new Findings('site')
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT) })
    await answer.body?.cancel()
    findings.all.push(...judge(settings, url, answer))
  } catch (error) {
    const { code, message } = reasonOf(error)
    findings.warning(
      `${url} does not answer (${code}).`,
      todoOfCertificate(message) ??
        'Start the site; if it runs, check BASE_URL, the proxy and the way from this machine to it.',
    )
  }
  return findings.orOk(`${url} answers, with the cookies it has to set.`)
}

/** What is wrong with an answer to GET /login; nothing, if the proxy passes on what it has to. */
export function judge(settings: Settings, url: string, { status, headers }: Response): Finding[] {
  const findings = new Findings('site')
  const name = cookieName(settings, 'csrf')
  const cookie = headers.getSetCookie().find((one) => one.startsWith(`${name}=`))
  if (status !== 200) {
    const todo =
      'Check that BASE_URL is the address of this site, and that the proxy passes requests on to it.'
    findings.wrong(`${url} answers with ${status}.`, todo)
  } else if (cookie === undefined) {
    const todo = isHttps(settings)
      ? 'Let the proxy pass on X-Forwarded-Proto, and Set-Cookie back; check TRUST_PROXY; start the site anew if BASE_URL has changed.'
      : 'Check that BASE_URL is the address of this site, and start it anew if BASE_URL has changed.'
    findings.wrong(`${url} does not set the cookie ${name}.`, todo)
  } else {
    judgeFlags(findings, settings, name, cookie)
    judgeTransport(findings, settings, headers)
  }
  return findings.all
}

function judgeFlags(findings: Findings, settings: Settings, name: string, cookie: string): void {
  const flags = cookie.split(';').map((flag) => flag.trim().toLowerCase())
  const needed = ['httponly', 'samesite=lax', 'path=/', ...(isHttps(settings) ? ['secure'] : [])]
  const missing = needed.filter((flag) => !flags.includes(flag)).map((flag) => `without ${flag}`)
  const domain = flags.filter((flag) => flag.startsWith('domain=')).map((flag) => `with ${flag}`)
  for (const how of [...missing, ...domain]) {
    findings.wrong(`The cookie ${name} comes ${how}.`, 'Let the proxy pass Set-Cookie on as it is.')
  }
}

function judgeTransport(findings: Findings, settings: Settings, headers: Headers): void {
  const age = /max-age=(\d+)/.exec(headers.get('strict-transport-security') ?? '')?.[1]
  if (isHttps(settings) && Number(age ?? 0) === 0) {
    findings.wrong(
      'The answer has no Strict-Transport-Security: a first visit over http can be intercepted.',
      'Let the proxy pass the header on as it is.',
    )
  }
}

// fetch says only that it failed; why is in what caused that.
function reasonOf(error: unknown): { code: string; message: string } {
  const { cause, name } = error as { cause?: { code?: string; message?: string }; name: string }
  return { code: cause?.code ?? name, message: cause?.message ?? '' }
}
