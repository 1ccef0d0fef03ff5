// Metrics as Prometheus reads them, for tests: each sample by its name and labels.

export type Sample = { name: string; labels: Record<string, string>; value: number }

/** The samples in a text of Prometheus's format. */
export function samplesOf(text: string): Sample[] {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels, value]) => ({
    name,
    labels: Object.fromEntries(
      [...(labels ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', word = '']) => [
        key,
        word,
      ]),
    ),
    value: Number(value),
  }))
}

/** The value of one sample, told by some of its labels; undefined if there is none. */
export function valueOf(text: string, name: string, labels = {}): number | undefined {
  return samplesOf(text).find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value
}
