// A MongoDB that can't be reached: what the message says of its address, and what it keeps to itself.
import { describe, expect, it } from 'vitest'
import { connectMongodb } from '../../lib/mongodb.ts'
import { StartProblem } from '../../lib/start-problem.ts'

describe('connectMongodb', () => {
  // All of them are malformed, so that the driver refuses them before it looks for a server.
  it.each([
    ['a slash', 'mongodb://sesame:geh/eim@db.example'],
    ['an at sign', 'mongodb://sesame:geh@eim@db.example'],
    ['a colon', 'mongodb://sesame:geh:eim@db.example'],
    ['a question mark', 'mongodb://sesame:geh?eim@db.example'],
    ['a percent sign', 'mongodb://sesame:geh%eim@db.example'],
  ])('never shows a password, not even one with %s in it', async (_what, url) => {
    const problem = await connectMongodb(url).catch((error: unknown) => error)

    expect(problem).toBeInstanceOf(StartProblem)
    expect(String(problem)).toContain('No MongoDB answered at mongodb://sesame:***@db.example')
    expect(String(problem)).not.toMatch(/geh|eim/)
  })

  it('shows no options, which can be secrets too', async () => {
    const url = 'mongodb://db.example/?tlsCertificateKeyFilePassword=geheim&nonsense=1'

    const problem = await connectMongodb(url).catch((error: unknown) => error)

    expect(problem).toBeInstanceOf(StartProblem)
    expect(String(problem)).toContain('No MongoDB answered at mongodb://db.example/ (')
    expect(String(problem)).not.toContain('geheim')
  })
})
