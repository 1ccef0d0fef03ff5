// A start that can't work: exit code 1 and a message that says what is wrong, where, and what to try, without a stack.
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { connect, runFolders, startEngine } from '../lib/embedded-mongodb/engine.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { spawnSite } from './process.ts'

describe('npm start refuses', () => {
  it('wrong settings: all of them at once, and no value of them', async () => {
    const said = await refusal({
      NODE_ENV: 'production',
      PORT: '70000',
      BASE_URL: 'https://sign-in.example/with/a/path',
      SESSION_SECRETS: 'a-secret-too-short',
      PASSWORD_PEPPER: 'pepper-too-short',
    })

    expect(said).toMatch(/^The settings have problems:\n {2}PORT: must be at most 65535$/m)
    expect(said).toMatch(/BASE_URL: .*\n.*SESSION_SECRETS.*32 characters.*\n.*PASSWORD_PEPPER/)
    expect(said).not.toMatch(/too-short|a\/path/)
  })

  it('to run in production without secrets or with a captcha that is off', async () => {
    const said = await refusal({ NODE_ENV: 'production', CAPTCHA: 'off' })

    expect(said).toContain('SESSION_SECRETS: is required in production')
    expect(said).toContain('CAPTCHA: must be on or failures in production')
  })

  it('a port in use, naming it and another, and closes its database again', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const DATA_DIR = await temporaryFolder()

    const said = await refusal({ DATA_DIR, PORT: String(port) })

    expect(said).toContain(`Port ${port} on 127.0.0.1 is in use`)
    expect(said).toContain(`PORT=${port + 1} npm start`)
    expect(await runFolders(DATA_DIR)).toEqual([])
  })

  it('a MONGO_URL where nothing answers, naming it without its password', async () => {
    const said = await refusal({ MONGO_URL: 'mongodb://sesame:geheim@127.0.0.1:1/site' })

    expect(said).toContain('No MongoDB answered at mongodb://sesame:***@127.0.0.1:1/site')
    expect(said).toMatch(/ECONNREFUSED.*\nCheck that it runs/)
    expect(said).not.toContain('geheim')
  })

  it('a data folder in use, naming it, and leaves the one who uses it alone', async () => {
    const DATA_DIR = await temporaryFolder()
    const engine = await startEngine(DATA_DIR)
    const connection = await connect(engine)
    const pid = engine.pid()

    const said = await refusal({ DATA_DIR })

    expect(said).toContain(`${DATA_DIR}/mongodb is in use by another process`)
    expect(said).toMatch(/already running from this folder.*\n.*DATA_DIR=.*MONGO_URL=/)
    expect(engine.pid()).toBe(pid)
    await connection.collection('things').insertOne({ name: 'lantern' })
    const newcomer = await connect(engine)
    expect(await newcomer.collection('things').countDocuments()).toBe(1)
    expect(await runFolders(DATA_DIR)).toHaveLength(1)
  })

  it('a data folder that can not be made, naming it', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')

    const said = await refusal({ DATA_DIR: join(file, 'data'), MONGO_URL: inject('mongoUrl') })

    expect(said).toMatch(/The data folder .*file\/data can't be used: .*\n.*DATA_DIR/)
  })
})

// What it says when it ends by itself, which is the whole message and nothing of the inside.
async function refusal(environment: Record<string, string>): Promise<string> {
  const site = spawnSite({ DATA_DIR: await temporaryFolder(), ...environment })
  const how = await site.ended
  expect(site.said()).not.toMatch(/^\s+at |node:internal| is open: http/m)
  expect(how).toBe(1)
  return site.said()
}
