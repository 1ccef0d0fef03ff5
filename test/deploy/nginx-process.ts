// One run of nginx with deploy/nginx.conf: only what belongs to a place is another, each of it where it is expected.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { inject, vi } from 'vitest'
import { TIMEOUT } from '../bin/process.ts'
import { read } from '../project-files.ts'
import { findNginx } from './find-nginx.ts'

type Place = {
  host: string
  plain: number
  secure: number
  baseUrl: string
  sites: { address: string }[]
}

/** Start it in this folder; it answers when this resolves. */
export async function startNginx(folder: string, place: Place) {
  const { command, environment } = await findNginx(inject('cacheHome'))
  const ca = await writeCertificate(folder, place)
  const log = join(folder, 'access.log')
  const conf = join(folder, 'nginx.conf')
  await writeFile(conf, placed(read('deploy/nginx.conf').text, folder, place))
  const child = spawn(command, ['-p', folder, '-c', conf, '-g', 'daemon off;'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = once(child, 'close')
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  try {
    await vi.waitFor(() => isOpen(place), TIMEOUT)
  } catch (error) {
    await stop()
    throw new Error(`nginx did not start: ${said}`, { cause: error })
  }
  return {
    /** Where it is open, with TLS and without. */
    address: `https://${place.host}:${place.secure}`,
    plain: `http://${place.host}:${place.plain}`,
    ca,
    log,
    /** Where it looks for what an authority of certificates asks for. */
    acme: join(folder, 'acme'),
    /** What it wrote beside its log. */
    said: () => said,
    stop,
  }
}

// Every replacement has to meet what it replaces: else the test would run another file than it says.
function placed(text: string, folder: string, { host, plain, secure, sites }: Place): string {
  const replacements: [there: string, here: string, times: number][] = [
    ['listen 80 ', `listen ${host}:${plain} `, 1],
    ['listen 443 ssl ', `listen ${host}:${secure} ssl http2 `, 1],
    ['    http2 on; ', '    # ', 1], // as nginx before 1.25.1 writes it
    ['server site-a:3000 ', `server ${sites[0]?.address ?? ''} `, 1],
    ['server site-b:3000 ', `server ${sites[1]?.address ?? ''} `, 1],
    [' /tmp/', ` ${folder}/`, 6],
    ['/var/lib/acme', join(folder, 'acme'), 1],
    ['access_log /dev/stdout ', `access_log ${join(folder, 'access.log')} `, 1],
  ]
  return replacements.reduce((conf, [there, here, times]) => {
    const found = conf.split(there).length - 1
    if (found !== times) throw new Error(`"${there}" stands ${found} times in deploy/nginx.conf`)
    return conf.replaceAll(there, here)
  }, text)
}

// The folder "sesame" beside nginx.conf. Returns the certificate, which vouches for itself.
async function writeCertificate(folder: string, { host, baseUrl }: Place): Promise<string> {
  const sesame = join(folder, 'sesame')
  await mkdir(sesame)
  await writeFile(join(sesame, 'address.conf'), `map "" $base_url { default "${baseUrl}"; }\n`)
  const certificate = join(sesame, 'certificate.pem')
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  const names = ['-subj', '/CN=front', '-addext', `subjectAltName=IP:${host}`]
  const files = ['-nodes', '-keyout', join(sesame, 'key.pem'), '-out', certificate]
  execFileSync('openssl', [...words, ...names, '-days', '2', ...files], { stdio: 'pipe' })
  return readFile(certificate, 'utf8')
}

async function isOpen({ host, secure }: Place): Promise<void> {
  const connection = connect(secure, host)
  try {
    await once(connection, 'connect')
  } finally {
    connection.destroy()
  }
}
