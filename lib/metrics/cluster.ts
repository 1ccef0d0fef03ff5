// The metrics of all workers of a cluster as one. No worker that dies or hangs keeps the others' from being shown.
import cluster, { type Worker } from 'node:cluster'
import { EventEmitter, once } from 'node:events'
import { AggregatorRegistry, type Registry } from 'prom-client'

type Values = Awaited<ReturnType<Registry['getMetricsAsJSON']>>
type Question = { metricsQuestion: number }
type Answer = { metricsAnswer: number; values: Values }

const TIMEOUT = 1000 // milliseconds for all workers together: above the time one of them waits for the database

let questions = 0 // asked by this process

/** In a worker: answer the primary with what this registry holds, whenever it asks. */
export function answerPrimary(registry: Registry): void {
  process.on('message', (message: Partial<Question> | undefined) => {
    const metricsAnswer = message?.metricsQuestion
    if (metricsAnswer !== undefined) {
      void registry.getMetricsAsJSON().then((values) => {
        // The primary may have gone away meanwhile.
        if (process.connected) process.send?.({ metricsAnswer, values } satisfies Answer)
      })
    }
  })
}

/**
 * In the primary, before the first worker: returns a function that asks every worker and adds up what they hold.
 * What a worker had counted when it last answered stays in the sums, also while it is busy and when it is gone: a total
 * that shrank would be taken for one that began anew, and all of it for an increase.
 */
export function gatherFromWorkers(timeout = TIMEOUT): () => Promise<string> {
  const latest = new Map<number, Answer>()
  const changes = new EventEmitter<{ change: [] }>().setMaxListeners(0)
  let departed: Values = []

  cluster.on('message', (worker, message: Partial<Answer> | undefined) => {
    const { metricsAnswer, values } = message ?? {}
    // What a worker sent just before it died comes too late: its last answer before that has been counted among the departed.
    if (metricsAnswer !== undefined && values && !worker.isDead()) {
      latest.set(worker.id, { metricsAnswer, values })
      changes.emit('change')
    }
  })
  cluster.on('exit', ({ id }) => {
    departed = [...departed, ...totalsOf(latest.get(id))]
    latest.delete(id)
    changes.emit('change')
  })

  return async () => {
    const before = departed
    const added = await AggregatorRegistry.aggregate([before]).getMetricsAsJSON()
    if (departed === before) departed = added // else one has gone meanwhile, and the next time will do
    const question = ++questions
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
    const isMissing = (worker: Worker) =>
      worker.isConnected() &&
      !worker.isDead() &&
      (latest.get(worker.id)?.metricsAnswer ?? 0) < question
    for (const worker of workers.filter(isMissing)) {
      worker.send({ metricsQuestion: question } satisfies Question, () => undefined)
    }
    const over = AbortSignal.timeout(timeout)
    while (workers.some(isMissing) && !over.aborted) {
      await once(changes, 'change', { signal: over }).catch(() => undefined)
    }
    // The gauges of a worker that did not answer this time are not shown: they may be long out of date.
    const living = [...latest.values()].map((answer) =>
      answer.metricsAnswer >= question ? answer.values : totalsOf(answer),
    )
    return AggregatorRegistry.aggregate([departed, ...living]).metrics()
  }
}

function totalsOf(answer: Answer | undefined): Values {
  return (answer?.values ?? []).filter(({ type }) =>
    ['counter', 'histogram'].includes(String(type)),
  )
}
