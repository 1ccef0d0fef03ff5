// Where a Chromium is: named in CHROME_PATH, the one that npm brought, or where npm brings none, one that is installed.
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
  // Without a window it takes two thirds of the processor time that a whole browser takes; npm has it for this kind alone.
  const isBrought = process.platform === 'linux' && process.arch === 'x64'
  const installed = INSTALLED.find((path) => existsSync(path))
  return named ?? (isBrought || !installed ? await chromium.executablePath() : installed)
}
