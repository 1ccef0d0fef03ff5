// deploy/compose.yaml keeps its promises as far as its text tells: no secret in it, nothing that is not there, no right too many.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { startWords } from '../../bench/processes.ts'
import { readSettings } from '../../config/env.ts'
import { root } from '../../config/paths.ts'
import { read } from '../project-files.ts'

type Service = {
  image: string
  user?: string
  build?: { context: string; dockerfile: string }
  environment?: Record<string, string>
  command?: string[]
  volumes?: string[]
  networks?: string[]
  network_mode?: string
  ports?: string[]
  tmpfs?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test: string[] }
  read_only: boolean
  cap_drop: string[]
  cap_add?: string[]
  security_opt: string[]
  privileged?: boolean
}
type Compose = {
  services: Record<string, Service>
  volumes: Record<string, object>
  networks: Record<string, { internal?: boolean }>
}

const { path, text } = read('deploy/compose.yaml')
const compose = parse(text, { merge: true }) as Compose
const services = Object.entries(compose.services)
const sites = services.filter(([name]) => name.startsWith('site-')).map(([, site]) => site)

// Settings that exist as soon as the processes and the metrics of a site do.

describe('Every service', () => {
  it.each(services)('%s has a root that is not written, no rights, and gets none', (_name, it) => {
    expect(it.read_only).toBe(true)
    expect(it.cap_drop).toEqual(['ALL'])
    expect(it.security_opt).toEqual(['no-new-privileges:true'])
    expect(it.privileged).toBeUndefined()
  })

  it('but the one that gives files away is nobody’s root', () => {
    const root = services.filter(([name, { user, cap_add }]) => {
      const isOfImage = name.startsWith('site-') // the Dockerfile's USER
      return !isOfImage && (user === undefined || user.startsWith('0') || cap_add !== undefined)
    })

    expect(root.map(([name, { cap_add }]) => [name, cap_add])).toEqual([['secrets', ['CHOWN']]])
  })

  it('waits for services that exist, and for health only where it is checked', () => {
    const missing = services.flatMap(([name, { depends_on = {}, network_mode = '' }]) => {
      const [, shared] = /^service:(.*)/.exec(network_mode) ?? []
      const healthy = Object.entries(depends_on).filter(
        ([other, { condition }]) =>
          condition === 'service_healthy' && !compose.services[other]?.healthcheck,
      )
      return [...Object.keys(depends_on), ...(shared === undefined ? [] : [shared])]
        .filter((other) => !(other in compose.services))
        .concat(healthy.map(([other]) => other))
        .map((other) => `${name} needs ${other}`)
    })

    expect(missing).toEqual([])
  })

  it('mounts files that exist and volumes that are declared, and is on networks that are', () => {
    const wrong = services.flatMap(([name, { volumes = [], networks = [] }]) => [
      ...volumes
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((source) =>
          source.startsWith('.')
            ? !existsSync(join(root, 'deploy', source))
            : !(source in compose.volumes),
        )
        .map((source) => `${name}: ${source}`),
      ...networks.filter((one) => !(one in compose.networks)).map((one) => `${name}: ${one}`),
    ])

    expect(wrong).toEqual([])
  })

  it('has an image of a named version and digest, so that a tag that moves changes nothing', () => {
    const loose = services.filter(
      ([, { image, build }]) =>
        build === undefined && !/:v?\d+(\.\d+)+@sha256:[\da-f]{64}$/.test(image),
    )

    expect(loose.map(([name]) => name)).toEqual([])
  })
})

describe(path, () => {
  it('holds no secret (ASVS 13.3.1)', () => {
    const values = services.flatMap(([, { environment = {} }]) => Object.entries(environment))

    expect(text).not.toMatch(/:\/\/[^\s/@]+:[^\s/@]+@/)
    expect(values.filter(([name]) => /SECRET|PASSWORD|PEPPER|KEY|MONGO/.test(name))).toEqual([])
    expect(text.replaceAll(/@sha256:[\da-f]{64}/g, '')).not.toMatch(/[\da-f]{32}|[A-Za-z\d+/]{40}/)
  })

  it('opens nothing but the proxy to others, and the database to none', () => {
    const open = services.flatMap(([name, { ports = [] }]) =>
      ports.filter((port) => !port.startsWith('127.0.0.1:')).map((port) => `${name} ${port}`),
    )

    expect(open).toEqual(['proxy ${HTTP_PORT:-80}:80', 'proxy ${HTTPS_PORT:-443}:443'])
    expect(compose.networks.database?.internal).toBe(true)
    expect(compose.services.proxy?.networks).toEqual(['front'])
  })

  it('asks for a name and a password and for TLS at each database', () => {
    const databases = services.filter(([name]) => /^database-\d$/.test(name))

    expect(databases).toHaveLength(3)
    for (const [, { command }] of databases) {
      expect(command).toContain('--keyFile=/run/database/replica-set.key')
      expect(command).toContain('--tlsMode=requireTLS')
    }
  })

  it('starts two sites that read their secrets from a volume and are asked whether they are ready', () => {
    expect(sites).toHaveLength(2)
    for (const { command, volumes, healthcheck, depends_on } of sites) {
      expect(command).toContain('--env-file=/run/sesame/site.env')
      const others = command?.filter((word) => !word.startsWith('--env-file='))
      expect(others).toEqual(['node', ...startWords()])
      expect(volumes).toEqual(['site-secrets:/run/sesame:ro'])
      expect(healthcheck?.test.join(' ')).toContain('/readyz')
      expect(depends_on?.['database-setup']?.condition).toBe('service_completed_successfully')
    }
  })

  it('sets only settings that a site has, and with the secrets they are all that production asks for', () => {
    const schema = read('config/env.ts').text
    const known = [...schema.matchAll(/^ {4}([A-Z][A-Z_]+):/gm)].map(([, name = '']) => name)
    const environment = defaultsOf(sites[0]?.environment ?? {})
    const secret = 'made at the first start with 64 characters'

    const result = readSettings({
      ...environment,
      NODE_ENV: 'production', // the Dockerfile's
      MONGO_URL: 'mongodb://sesame:password@database-1',
      SESSION_SECRETS: secret,
      ENCRYPTION_KEYS: secret,
    })

    const unknown = Object.keys(environment).filter((name) => !known.includes(name))
    expect(unknown).toEqual([])
    expect(result.ok ? [] : result.problems).toEqual([])
  })
})

// "${NAME:-default}" as it is where nobody sets NAME.
function defaultsOf(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/^\$\{\w+:-(.*)\}$/, '$1'),
    ]),
  )
}
