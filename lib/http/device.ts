// What a browser calls itself, in words that its owner recognises.
import Bowser from 'bowser'

export type Device = { browser: string; system: string }

/** The browser and the system that a User-Agent header names; undefined if it names none that is known. The header may be anything. */
export function deviceOf(agent: string): Device | undefined {
  // Bowser throws at an empty header.
  const { browser, os } = agent === '' ? { browser: {}, os: {} } : Bowser.parse(agent)
  const [version = ''] = (browser.version ?? '').split('.')
  if (browser.name && os.name) {
    return { browser: `${browser.name} ${version}`.trim(), system: os.name }
  } else {
    return undefined
  }
}
