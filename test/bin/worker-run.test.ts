// The run of a worker that dies with a connection that it was handed and has not taken: no visitor is left waiting.
import { connect } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { workersOf } from './children.ts'
import { onSharedEngine, openSite, TIMEOUT } from './process.ts'

const VISITORS = 8

it('A connection that a dying worker was handed is ended, not left open for ever', async () => {
  const site = await openSite({ ...(await onSharedEngine()), WORKERS: '2' })
  const [stopped = 0] = workersOf(site.pid)
  process.kill(stopped, 'SIGSTOP') // it can't take what it is handed

  const visitors = Array.from({ length: VISITORS }, () => visit(site.address))
  // Handed over is one connection at a time: all the others are answered.
  await vi.waitUntil(
    () => visitors.filter(({ said }) => said() !== '').length > VISITORS - 2,
    TIMEOUT,
  )
  const waiting = visitors.filter(({ said }) => said() === '')
  process.kill(stopped, 'SIGKILL')

  expect(waiting).toHaveLength(1)
  await vi.waitUntil(() => waiting.every(({ isOver }) => isOver()), TIMEOUT)
}, 120_000)

function visit(address: string) {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  let said = ''
  let isOver = false
  socket.setEncoding('utf8').on('data', (text: string) => (said += text))
  socket.on('close', () => (isOver = true)).on('error', () => (isOver = true))
  socket.write(`GET /healthz HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`)
  return { said: () => said, isOver: () => isOver }
}
