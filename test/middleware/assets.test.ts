// Style sheets, scripts and pictures are small on the wire and kept for a year, and yet nobody sees those of an earlier version.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import express from 'express'
import supertest from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAssets } from '../../lib/http/assets.ts'
import { assets } from '../../middleware/assets.ts'
import { withoutSession, withSession } from '../../routes/index.ts'
import { openSite, type Site } from '../helper.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { page } from '../visitor.ts'

const YEAR = 'public, max-age=31536000, immutable'
const STYLE = '/css/site.css'

let site: Site
beforeAll(async () => {
  site = await openSite({ LESSONS: 'on' })
})
afterAll(() => site.close())

describe('The files that a page names', () => {
  it.each(['/login', '/lessons/flags'])('are kept for a year: %s', async (path) => {
    const visitor = site.visitor()
    const named = page(await visitor.get(path))
      .querySelectorAll('link[rel=stylesheet], link[rel*=icon], script[src], img')
      .map((one) => one.getAttribute('href') ?? one.getAttribute('src') ?? '')
      .filter((address) => !address.startsWith('/captcha'))

    expect(named.length).toBeGreaterThan(5)
    for (const address of named) {
      const { status, headers } = await visitor.get(address)
      expect([address, status, headers['cache-control']]).toEqual([address, 200, YEAR])
    }
  })
})

describe('A file', () => {
  it('is sent as its reader takes it, with its own type, and not again to whoever has it', async () => {
    const { server, folder } = await openFiles('body { color: red }')
    const { address = '' } = readAssets(folder).get(STYLE) ?? {}
    for (const [accepted, encoding] of [
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip;q=0.5', 'gzip'],
      ['identity', undefined],
    ] as const) {
      const answer = await server.get(address).set('Accept-Encoding', accepted)

      expect(answer.headers).toMatchObject({
        'content-type': 'text/css; charset=utf-8',
        'cache-control': YEAR,
        vary: 'Accept-Encoding',
      })
      expect(answer.headers['content-encoding']).toBe(encoding)
      expect(answer.text).toBe('body { color: red }')
      const again = await server
        .get(address)
        .set({ 'Accept-Encoding': accepted, 'If-None-Match': answer.headers.etag ?? '' })
      expect([again.status, again.text]).toEqual([304, ''])
    }
  })

  it('has another address after an upgrade, and nobody keeps what is there under the one before', async () => {
    const [before, after] = [await openFiles('/* 1 */'), await openFiles('/* 2 */')]
    const [old, now] = [before, after].map(({ folder }) => readAssets(folder).get(STYLE)?.address)

    expect(now).not.toBe(old)
    // During the upgrade each version may be asked for the file that a page of the other names.
    for (const [{ server }, address, content] of [
      [after, old, '/* 2 */'],
      [before, now, '/* 1 */'],
    ] as const) {
      const answer = await server.get(address ?? '')
      expect([answer.status, answer.text]).toEqual([200, content])
      expect(answer.headers['cache-control']).toBe('no-store')
    }
    const plain = await after.server.get(STYLE)
    expect([plain.text, plain.headers['cache-control']]).toEqual([
      '/* 2 */',
      'public, max-age=3600',
    ])
  })
})

describe('GET /robots.txt', () => {
  it('keeps search engines from what only a link in a letter opens, and from no page beside it', async () => {
    const { text } = await site.visitor().get('/robots.txt')
    const refused = [...text.matchAll(/^Disallow: (.+)$/gm)].map(([, path = '']) => path)
    const isRefused = (path: string) => refused.some((one) => path.startsWith(one))

    const secret = [...withoutSession, ...withSession].filter(([path]) => path.includes(':token'))
    expect(secret.length).toBeGreaterThan(4)
    expect(secret.filter(([path]) => !isRefused(path))).toEqual([])
    expect(
      ['/home', '/login', '/register', '/password-reset', '/account'].filter(isRefused),
    ).toEqual([])
  })
})

// Files as the build makes them.
async function openFiles(style: string) {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'css'))
  await writeFile(join(folder, STYLE), style)
  await writeFile(join(folder, `${STYLE}.br`), brotliCompressSync(style))
  await writeFile(join(folder, `${STYLE}.gz`), gzipSync(style))
  const files = readAssets(folder)
  return { folder, server: supertest(express().use(assets(() => files, true))) }
}
