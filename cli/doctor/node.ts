// The version of Node: as new as package.json asks for.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from '../../config/paths.ts'
import { Findings, type Finding } from './finding.ts'

const manifest = z.object({ engines: z.object({ node: z.string().regex(/^>=[\d.]+$/) }) })

/** Compare the running version with the one that is needed. */
export function checkNode(running = process.versions.node): Finding[] {
  const { engines } = manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  const needed = engines.node.slice('>='.length)
  const findings = new Findings('node')
  if (running.localeCompare(needed, 'en', { numeric: true }) < 0) {
    findings.wrong(`Node ${running} is older than ${needed}.`, 'Install a newer Node.')
  }
  return findings.orOk(`Node ${running} is new enough.`)
}
