// The dashboard asks for nothing that the site does not tell, and shows all that is the site's own.
import { describe, expect, it } from 'vitest'
import { metricsByName } from '../metric-names.ts'
import { read } from '../project-files.ts'

type Panel = {
  id: number
  type: string
  title: string
  datasource?: { uid: string }
  targets?: { expr: string; datasource: { uid: string } }[]
}
type Dashboard = {
  panels: Panel[]
  templating: { list: { name: string; type: string; query: string | { query: string } }[] }
}

const { panels, templating } = JSON.parse(read('deploy/grafana-dashboard.json').text) as Dashboard
const shown = panels.filter(({ type }) => type !== 'row')
const expressions = shown.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
const metrics = await metricsByName()
const samples = new Map(
  [...metrics.values()].flatMap(({ samples, labels }) => samples.map((name) => [name, labels])),
)

describe('deploy/grafana-dashboard.json', () => {
  it('asks only for metrics that the site has', () => {
    const asked = expressions.flatMap(metricsIn)
    const { query = '' } = templating.list.find(({ name }) => name === 'instance') ?? {}

    expect(asked.length).toBeGreaterThan(20)
    expect(asked.filter((name) => !samples.has(name))).toEqual([])
    expect(metricsIn(typeof query === 'string' ? query : query.query)).toEqual([
      'sesame_database_up',
    ])
  })

  it('groups and filters only by labels that they have', () => {
    const known = (expr: string) => [
      'instance', // which Prometheus adds
      ...metricsIn(expr).flatMap((name) => samples.get(name) ?? []),
    ]
    const unknown = expressions.flatMap((expr) =>
      labelsIn(expr).filter((label) => !known(expr).includes(label)),
    )

    expect(expressions.flatMap(labelsIn)).toContain('route')
    expect(unknown).toEqual([])
  })

  it('shows every metric of the site’s own', () => {
    const asked = new Set(expressions.flatMap(metricsIn))
    const missing = [...metrics]
      .filter(
        ([name, { samples }]) =>
          name.startsWith('sesame_') && !samples.some((one) => asked.has(one)),
      )
      .map(([name]) => name)

    expect(missing).toEqual([])
  })

  it('asks every question of the data source that is chosen, in panels of their own', () => {
    const uids = shown.flatMap(({ datasource, targets = [] }) => [
      datasource?.uid,
      ...targets.map((target) => target.datasource.uid),
    ])

    expect(templating.list.map(({ name, type }) => [name, type])).toContainEqual([
      'datasource',
      'datasource',
    ])
    expect(new Set(uids)).toEqual(new Set(['${datasource}']))
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  })
})

describe('docs/operations.md', () => {
  it('lists every metric of the site’s own, with its labels', () => {
    const rows = [
      ...read('docs/operations.md').text.matchAll(/^\| `(sesame_\w+)` +\| (\w+) +\| (.*?) +\|/gm),
    ].map(([, name = '', type = '', labels = '']) => ({
      name,
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
    }))
    const own = [...metrics]
      .filter(([name]) => name.startsWith('sesame_'))
      .map(([name, { type, labels }]) => ({
        name,
        type,
        labels: labels.filter((label) => label !== 'le'),
      }))

    expect(rows).toHaveLength(own.length)
    expect(rows).toEqual(expect.arrayContaining(own))
  })
})

function metricsIn(expression: string): string[] {
  return [...expression.matchAll(/\b((?:sesame|nodejs|process)_\w+)/g)].map(([, name = '']) => name)
}

function labelsIn(expression: string): string[] {
  const groups = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  )
  const filters = [...expression.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label)
  return [...groups, ...filters]
}
