// What is said of results, at the terminal and in the document.
import type { CaseResult, Figure, Target } from './results.ts'

/** Print a case: its figures, and whether its targets are met. */
export function tellResult(name: string, { figures, targets }: CaseResult): void {
  const lines = [
    `\n${name}`,
    ...figures.map((one) => `  ${nameOf(one).padEnd(64)} ${rangeOf(one)}`),
    ...targets.map((one) => `  ${verdictOf(one)}`),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Of whom a figure tells what. */
export function nameOf({ of, what, at }: Figure): string {
  return `${of}: ${what}${at === undefined ? '' : `, ${at.toLocaleString('en')} users`}`
}

/** The median, and from where to where the rounds went. */
export function rangeOf({ median, min, max, unit }: Figure): string {
  return `${median}${unit === '' ? '' : ` ${unit}`} (${min} to ${max})`
}

function verdictOf({ what, value, limit, sense, isMet }: Target): string {
  return `${isMet ? 'PASS' : 'MISS'}  ${what}: ${value} (${sense} ${limit})`
}
