// The anonymous /login, against Express rendering the same template and nothing else.
import { startContender } from '../contenders.ts'
import { sendFlatOut } from '../load.ts'
import { startSite } from '../site.ts'
import { inRounds, turnOf, type Note, type Stage } from '../stage.ts'
import { figure, target } from '../statistics.ts'
import { newClient, read } from '../users.ts'
import { BROWSER_HEADERS } from '../visitor.ts'

const CONNECTIONS = 20

/** Measure both in turn. Throws unless their pages are the same. */
export async function login(stage: Stage) {
  const site = await startSite(stage, 'ours-login')
  const page = await read(newClient(site), '/login')
  const valueOf = (name: string) =>
    new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? ''
  const express = await startContender(stage, 'bare-login', 'login', {
    SITE_URL: site.url,
    CSRF_TOKEN: valueOf('_csrf'),
    FORM_ID: valueOf('formId'),
    CAPTCHA_ID: valueOf('captchaId'),
    OFFERS_PASSKEYS: String(page.includes('data-passkey')),
  })
  if ((await read(newClient(express), '/login')) !== page) {
    throw new Error('Express alone renders another /login than the site')
  }
  const requests = () => [{ path: '/login', headers: BROWSER_HEADERS }]
  const right = { status: 200, length: page.length }
  const load = { connections: CONNECTIONS, ...turnOf(stage) }
  const measure = (name: string, url: string) => async (note: Note) => {
    note(name, 'answers a second', (await sendFlatOut(url, requests, right, load)).perSecond)
  }
  const turns = [measure('ours', site.url), measure('Express alone', express.url)]
  const { figures, ratio } = await inRounds(stage, 'login', turns)
  const toExpress = ratio('ours: answers a second', 'Express alone: answers a second')
  return {
    figures: [...figures, figure('ours', 'answers a second ÷ Express alone', '×', toExpress)],
    targets: [target('/login ÷ Express rendering it', toExpress.median, 'at least', 0.8)],
  }
}
