// The rules for Prometheus ask for nothing that the site does not tell, and each leads to a part of the runbook.
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { metricsByName } from '../metric-names.ts'
import { read } from '../project-files.ts'

type Rule = {
  alert: string
  expr: string
  labels: { severity: string }
  annotations: { summary: string; runbook: string }
}

const { groups } = parse(read('deploy/alerts.yaml').text) as { groups: { rules: Rule[] }[] }
const rules = groups.flatMap((group) => group.rules)
const metrics = await metricsByName()

describe('deploy/alerts.yaml', () => {
  it('asks for metrics that the site has, by labels that they have', () => {
    const samples = new Map(
      [...metrics.values()].flatMap(({ samples, labels }) =>
        samples.map((name) => [name, [...labels, 'instance']]),
      ),
    )
    const unknown = rules.flatMap(({ expr }) => {
      const names = expr.match(/\b(?:sesame|nodejs|process)_\w+/g) ?? []
      const labels = [...expr.matchAll(/\{(\w+)=|by \((\w+)\)/g)].map(
        ([, one, other]) => one ?? other ?? '',
      )
      const known = names.flatMap((name) => samples.get(name) ?? [])
      return [
        ...names.filter((name) => !samples.has(name)),
        ...labels.filter((label) => names.length > 0 && !known.includes(label)),
      ]
    })

    expect(rules.length).toBeGreaterThan(10)
    expect(unknown).toEqual([])
  })

  it('names each rule once, how urgent it is, and a part of the runbook that there is', () => {
    const runbook = read('docs/operations.md').text.split('\n## Runbook\n')[1] ?? ''
    const anchors = [...runbook.matchAll(/^### (.+)$/gm)].map(
      ([, title = '']) => `docs/operations.md#${title.toLowerCase().replaceAll(' ', '-')}`,
    )

    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
    for (const { labels, annotations } of rules) {
      expect(['page', 'ticket']).toContain(labels.severity)
      expect(anchors).toContain(annotations.runbook)
    }
  })
})
