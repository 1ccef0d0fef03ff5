// What a site's metrics are called: their types and the names and labels of the samples that stand for each.
import { openMetrics } from '../bin/metrics-server.ts'
import { settingsWith } from './helper.ts'

export type Metric = { type: string; labels: string[]; samples: string[] }

/** Every metric that a site with METRICS_PORT has, by name, whether anything was counted yet or not. */
export async function metricsByName(): Promise<Map<string, Metric>> {
  const { registry } = (await openMetrics(settingsWith({ METRICS_PORT: '0' }))) ?? {}
  const all = registry?.getMetricsAsArray() ?? []
  return new Map(
    // Of a metric the types tell less than there is.
    (all as unknown as { name: string; type: string; labelNames: string[] }[]).map(
      ({ name, type, labelNames }) => {
        const isHistogram = type === 'histogram'
        const samples = isHistogram
          ? ['_bucket', '_sum', '_count'].map((end) => name + end)
          : [name]
        return [name, { type, samples, labels: [...labelNames, ...(isHistogram ? ['le'] : [])] }]
      },
    ),
  )
}
