// The version of Node: as new as package.json asks for.
import { engines } from '../../config/version.ts'
import { Findings, type Finding } from './finding.ts'

/** Compare the running version with the one that is needed. */
export function checkNode(running = process.versions.node): Finding[] {
  const needed = engines.node.slice('>='.length)
  const findings = new Findings('node')
  if (running.localeCompare(needed, 'en', { numeric: true }) < 0) {
    findings.wrong(
      `Node ${running} is older than ${needed}.`,
      'Install Node.js 24: README.md says how.',
    )
  }
  return findings.orOk(`Node ${running} is new enough.`)
}
