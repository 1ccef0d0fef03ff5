// Which process of a site owns the two servers: the only one there is, or the primary, which the workers ask by messages.
import cluster, { type Worker } from 'node:cluster'
import { ServerPair, type Order, type Server, type Servers } from './pair.ts'

type Verb = 'use' | 'look' | 'kill' | 'restart'
type Question = { serversQuestion: number; verb: Verb; name: string; order: Order }
type Answer = { serversAnswer: number; value?: Server[] | boolean | undefined; problem?: string }

/** The servers, for a process that answers visitors. */
export function openServers(order: Order): Servers {
  return cluster.isWorker ? serversOfPrimary(order) : new ServerPair(order)
}

/** In the primary, before its workers open: own the servers, and do with them what the workers ask for. */
export function ownServers(): Pick<Servers, 'close'> {
  let pair: ServerPair | undefined
  const answer = async (worker: Worker, message: Partial<Question> | undefined) => {
    const { serversQuestion: serversAnswer, order } = message ?? {}
    if (serversAnswer !== undefined && order) {
      pair ??= new ServerPair(order) // every worker would give the same order
      const answered = await resultOf(pair, message as Question)
      // The worker may have gone meanwhile.
      if (worker.isConnected()) worker.send({ serversAnswer, ...answered } satisfies Answer)
    }
  }
  cluster.on('message', answer)
  return {
    close: async () => {
      cluster.off('message', answer)
      await pair?.close()
    },
  }
}

async function resultOf(pair: ServerPair, { verb, name }: Question): Promise<Partial<Answer>> {
  try {
    return { value: (await pair[verb](name)) ?? undefined }
  } catch (error) {
    return { problem: String(error) }
  }
}

// In a worker. A primary that is gone leaves no question open for long: its workers end with it.
function serversOfPrimary(order: Order): Servers {
  const waiting = new Map<number, (answer: Answer) => void>()
  let questions = 0
  process.on('message', (message: Partial<Answer> | undefined) => {
    const { serversAnswer } = message ?? {}
    if (serversAnswer !== undefined) {
      waiting.get(serversAnswer)?.(message as Answer)
      waiting.delete(serversAnswer)
    }
  })
  const ask = async (verb: Verb, name = '') => {
    const serversQuestion = ++questions
    const { value, problem } = await new Promise<Answer>((resolve) => {
      waiting.set(serversQuestion, resolve)
      process.send?.({ serversQuestion, verb, name, order } satisfies Question)
    })
    if (problem !== undefined) throw new Error(problem)
    return value
  }
  return {
    use: async () => (await ask('use')) as Server[],
    look: async () => (await ask('look')) as Server[],
    kill: async (name) => (await ask('kill', name)) as boolean,
    restart: async () => void (await ask('restart')),
    close: () => Promise.resolve(), // they are the primary's
  }
}
