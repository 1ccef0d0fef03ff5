// deploy/sesame.service keeps its promises as far as its text tells: little that the site may do, and an end in order.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../../config/paths.ts'
import { startWords } from '../../bench/processes.ts'
import { read } from '../project-files.ts'

const { path, text } = read('deploy/sesame.service')
const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
const directives = lines
  .filter((line) => !line.startsWith('['))
  .map((line) => /^(\w+)=(.*)$/.exec(line)?.slice(1) ?? [line])
const names = directives.map(([name]) => name)

describe(path, () => {
  it('is made of sections and directives alone', () => {
    expect(lines.filter((line) => line.startsWith('['))).toEqual([
      '[Unit]',
      '[Service]',
      '[Install]',
    ])
    expect(lines.filter((line) => !/^(\[\w+\]|[A-Z]\w+=.*)$/.test(line))).toEqual([])
  })

  it('runs as a user of its own who can become nobody else', () => {
    expect(valueOf('User')).toBe('sesame')
    expect(valueOf('NoNewPrivileges')).toBe('true')
    expect(valueOf('CapabilityBoundingSet')).toBe('')
    expect(valueOf('RestrictSUIDSGID')).toBe('true')
  })

  it('writes to its data and its cache alone', () => {
    expect(valueOf('ProtectSystem')).toBe('strict')
    expect(valueOf('ProtectHome')).toBe('true')
    expect(valueOf('PrivateTmp')).toBe('true')
    expect(valueOf('StateDirectory')).toBe('sesame')
    expect(names).not.toContain('ReadWritePaths')
    expect(valueOf('Environment')).toContain('DATA_DIR=/var/lib/sesame ')
  })

  it('asks the kernel for what a service needs, and lets V8 write the code it runs', () => {
    expect(valueOf('RestrictAddressFamilies')).toBe('AF_INET AF_INET6 AF_UNIX')
    expect(valueOf('SystemCallFilter')).toMatch(/^@system-service .*~@privileged @resources$/)
    expect(names).not.toContain('MemoryDenyWriteExecute')
  })

  it('stops the site alone and in order, starts it again when it fails, and can reload it', () => {
    expect(valueOf('KillMode')).toBe('mixed')
    expect(Number(valueOf('TimeoutStopSec'))).toBe(15)
    expect(valueOf('Restart')).toBe('on-failure')
    expect(valueOf('ExecReload')).toBe('/bin/kill -HUP $MAINPID')
  })

  it('holds no secret, and starts what is built', () => {
    const [, script = ''] = /^\/usr\/bin\/node .*?(\S+)$/.exec(valueOf('ExecStart') ?? '') ?? []

    expect(text).not.toMatch(/SECRETS?=|PASSWORD|PEPPER=|MONGO_URL=|SMTP_URL=/)
    expect(valueOf('EnvironmentFile')).toBe('/etc/sesame/sesame.env')
    expect(script).toBe('dist/bin/www.js')
    expect(valueOf('ExecStart')).toBe(['/usr/bin/node', ...startWords()].join(' '))
    expect(existsSync(join(root, script))).toBe(true)
  })
})

// What a directive is set to; one that stands there more than once adds up.
function valueOf(directive: string): string | undefined {
  const values = directives.filter(([name]) => name === directive).map(([, value = '']) => value)
  return values.length > 0 ? values.join(' ') : undefined
}
