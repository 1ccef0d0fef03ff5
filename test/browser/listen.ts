// What a browser complains of, and whom it asks for anything, while its pages are visited.
import type { Page } from 'playwright-core'

/** Listen to a page from now on. */
export function listenTo(page: Page) {
  const complaints: string[] = []
  const origins = new Set<string>()
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('requestfailed', (request) => {
    // What a script asks for is broken off where a person goes on to the next page.
    const isLeft = request.resourceType() === 'fetch' && request.failure()?.errorText === ABORTED
    if (!isLeft) complaints.push(`failed: ${request.url()}`)
  })
  page.on('request', (request) => origins.add(new URL(request.url()).origin))
  page.on('response', (response) => {
    // A form that is refused in place is an answer too.
    const isPage = response.request().isNavigationRequest()
    const isForm = response.request().method() === 'POST'
    if (!isPage && !isForm && response.status() >= 400)
      complaints.push(`refused: ${response.url()}`)
  })
  page.on('console', (message) => {
    // A refused form and a page that does not exist are answers with a status above 400: Chromium reports them here.
    const isStatus = message.text().startsWith('Failed to load resource')
    if (['error', 'warning'].includes(message.type()) && !isStatus) complaints.push(message.text())
  })
  return { complaints, origins }
}

const ABORTED = 'net::ERR_ABORTED'
