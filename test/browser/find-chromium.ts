// Where a Chromium is on this machine: named in CHROME_PATH, installed by the system, or the one that npm brought.
import { existsSync } from 'node:fs'
import chromium from '@sparticuz/chromium'

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The path of a browser to test with. Unpacking the one from npm happens here, once, before test files run side by side. */
export async function findChromium(): Promise<string> {
  const named = process.env.CHROME_PATH
  return named ?? INSTALLED.find((path) => existsSync(path)) ?? (await chromium.executablePath())
}
