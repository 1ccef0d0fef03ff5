// deploy/Dockerfile keeps its promises as far as its text tells, and .dockerignore lets in what it copies and nothing else.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DockerfileParser, type Copy, type Instruction } from 'dockerfile-ast'
import { describe, expect, it } from 'vitest'
import { root } from '../../config/paths.ts'
import { startWords } from '../../bench/processes.ts'
import { read } from '../project-files.ts'

const file = DockerfileParser.parse(read('deploy/Dockerfile').text)
const instructions = file.getInstructions()
const last = instructions.slice(instructions.findLastIndex((one) => one.getKeyword() === 'FROM'))
const copied = file.getCOPYs().filter((copy) => flagsOf(copy).length === 0)
const sources = copied.flatMap(sourcesOf)

describe('deploy/Dockerfile', () => {
  it('builds in one stage and runs in another, both on the Debian that the embedded database needs', () => {
    const images = file.getFROMs().map((from) => from.getImage())

    expect(images).toHaveLength(2)
    expect(new Set(images).size).toBe(1)
    expect(images[0]).toMatch(/^node:\d+\.\d+\.\d+-trixie-slim@sha256:[\da-f]{64}$/)
  })

  it('runs as a user who is not root and owns none of the code', () => {
    const users = argumentsOf(last, 'USER')

    expect(users).toEqual(['node'])
    expect(file.getCOPYs().flatMap(flagsOf)).toEqual(['from=build', 'from=build'])
  })

  it('asks /healthz by node itself, and is stopped by the signal that the site closes on', () => {
    const [check = ''] = argumentsOf(last, 'HEALTHCHECK')
    const [, command = '[]'] = /CMD (\[.*\])/s.exec(check) ?? []
    const words = JSON.parse(command) as string[]

    expect(words.slice(0, 2)).toEqual(['node', '-e'])
    expect(words[2]).toContain('/healthz')
    expect(argumentsOf(last, 'STOPSIGNAL')).toEqual(['SIGTERM'])
    expect(JSON.parse(argumentsOf(last, 'CMD').join())).toEqual(['node', ...startWords()])
  })

  it('leaves the tools behind: they are pruned before the last stage takes the packages', () => {
    const runs = argumentsOf(instructions, 'RUN').join('\n')

    expect(runs.indexOf('npm run prepare')).toBeGreaterThan(runs.indexOf('npm ci'))
    expect(runs.indexOf('npm prune --omit=dev')).toBeGreaterThan(runs.indexOf('npm run prepare'))
    expect(argumentsOf(last, 'RUN').join('\n')).not.toContain('npm')
  })

  it('fetches nothing from an address and is given no secret', () => {
    const text = read('deploy/Dockerfile').text

    expect(instructions.filter((one) => one.getKeyword() === 'ADD')).toEqual([])
    expect(sources.filter((source) => source.includes('://'))).toEqual([])
    expect(text).not.toMatch(/SECRET|PASSWORD|PEPPER|MONGO_URL=/)
    expect(argumentsOf(instructions, 'ARG')).toEqual([])
  })

  it('copies what is there, all that is built, and all that is read at run time', () => {
    const { include } = JSON.parse(read('tsconfig.json').text) as { include: string[] }
    const built = include.filter((source) => !/^(bench|test|\*)/.test(source))

    expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([])
    expect([...built, 'public'].filter((source) => !sources.includes(source))).toEqual([])
    expect(last.flatMap((one) => (one.getKeyword() === 'COPY' ? sourcesOf(one) : []))).toEqual(
      expect.arrayContaining(['config/locales', 'lessons', 'views', 'package.json']),
    )
  })
})

describe('.dockerignore', () => {
  it('lets in what the Dockerfile copies, and nothing else', () => {
    const [first, ...allowed] = read('.dockerignore')
      .text.split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    const needed = new Set(sources.map((source) => `!${source.split('/')[0] ?? ''}`))

    expect(first).toBe('*')
    expect(new Set(allowed)).toEqual(needed)
  })
})

function argumentsOf(among: Instruction[], keyword: string): string[] {
  return among
    .filter((one) => one.getKeyword() === keyword)
    .map((one) => one.getArgumentsContent() ?? '')
}

function sourcesOf(copy: Instruction): string[] {
  return copy
    .getArguments()
    .slice(0, -1)
    .map((one) => one.getValue())
}

function flagsOf(copy: Copy): string[] {
  return copy.getFlags().map((flag) => flag.toString().replace(/^--/, ''))
}
