// The log of production: a machine reads every line, from the first to the last one.
import { expect, it, vi } from 'vitest'
import { brand } from '../../config/site.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { openSite, TIMEOUT } from './process.ts'

type Line = { level: number; msg: string }

it('npm start in production writes JSON alone: its address, an outage of the database, its end', async () => {
  const site = await openSite({
    DATA_DIR: await temporaryFolder(),
    METRICS_PORT: '0',
    NODE_ENV: 'production',
    INSECURE_HTTP: 'on',
    CAPTCHA: 'on',
    SESSION_SECRETS: 'a secret for tests alone and long enough',
    ENCRYPTION_KEYS: 'a key for tests alone and also long enough',
    SMTP_URL: 'smtp://127.0.0.1:1',
    MAIL_FROM: 'sesame@example.com',
  })

  process.kill(await site.databasePid(), 'SIGKILL')
  await vi.waitUntil(() => site.said().includes('The database answers again'), TIMEOUT)
  expect(await site.kill('SIGTERM')).toBe(0)

  const lines = site
    .said()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  const said = lines.map(({ msg }) => msg)
  expect(said).toEqual(
    expect.arrayContaining([
      `${brand.shortName} starts`,
      expect.stringMatching(/^Metrics are shown at http/),
      `${brand.shortName} is open: ${site.address}`,
      expect.stringMatching(/^INSECURE_HTTP is on/),
      'The database does not answer',
      'The database answers again',
      `${brand.shortName} stops: SIGTERM`,
    ]),
  )
  expect(said.at(-1)).toBe(`${brand.shortName} has stopped`)
  expect(said.filter((one) => one === 'The database does not answer')).toHaveLength(1)
})
