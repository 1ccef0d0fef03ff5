// A site on a real port and a browser that visits it, for the tests of one file.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core'
import { inject } from 'vitest'
import { openSite, type Site } from '../helper.ts'
import { serveAxe } from './axe.ts'

export type BrowserSite = {
  origin: string
  /** The site behind it, for what only the server knows. */
  site: Site
  /** A new visitor's first, empty page: no cookies, nothing cached. Paths are relative to the site. */
  visitor: (options?: BrowserContextOptions) => Promise<Page>
  close: () => Promise<void>
}

/** Serve the site with these settings, under this name of the machine, and connect to the run's browser. Call it once in each test file and close it at the end. */
export async function openBrowserSite(
  environment: NodeJS.ProcessEnv = {},
  name = '127.0.0.1',
): Promise<BrowserSite> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const origin = `http://${name}:${port}`
  const site = await openSite({ BASE_URL: origin, ...environment }) // the site compares a form's Origin with its own address
  server.on('request', (req, res) => {
    if (!serveAxe(req, res)) site.app(req, res)
  })

  const browser = await chromium.connect(inject('browser'))
  return {
    origin,
    site,
    visitor: async (options) => {
      const context = await newContext(browser, { baseURL: origin, ...options })
      return context.newPage()
    },
    close: async () => {
      await browser.close() // the contexts of this file; the browser itself goes on
      server.closeAllConnections()
      server.close()
      await site.close()
    },
  }
}

async function newContext(
  browser: Browser,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  // Colours that fade into each other would be measured halfway.
  const context = await browser.newContext({ locale: 'en', reducedMotion: 'reduce', ...options })
  context.setDefaultTimeout(60_000) // only for what never comes: a busy machine may be slow
  return context
}
