// The servers of a lesson that this process itself started: its children, which it may kill and which never outlive it.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { forkScript } from './fork-script.ts'

export type OwnServer = { name: string; pid: number; port: number; child: ChildProcess }

/**
 * Start a process for each order, which it gets as its first message and answers with { port }. `script` is a path without
 * its ending: the sources run as .ts, the built files as .js. Throws if one does not start; none is left then.
 */
export async function startServers(
  script: string,
  orders: { name: string }[],
): Promise<OwnServer[]> {
  const started = orders.map((order) => ({ order, child: forkScript(script) }))
  try {
    return await Promise.all(
      started.map(async ({ order, child }) => {
        child.send(order)
        const [{ port }] = (await Promise.race([once(child, 'message'), refusal(child)])) as [
          { port: number },
        ]
        return { name: order.name, pid: child.pid ?? 0, port, child }
      }),
    )
  } catch (error) {
    await endServers(started)
    throw error
  }
}

/** Kill these, and wait until they are gone. They are told of no more by an event. */
export async function endServers(servers: { child: ChildProcess }[]): Promise<void> {
  await Promise.all(
    servers.map(async ({ child }) => {
      child.removeAllListeners('exit')
      const hasStarted = child.pid !== undefined
      if (hasStarted && child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      }
    }),
  )
}

async function refusal(child: ChildProcess): Promise<never> {
  await once(child, 'exit')
  throw new Error('A server of the lesson did not start')
}
