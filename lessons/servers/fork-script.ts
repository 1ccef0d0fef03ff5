// A script of ours as a process of its own, the same whether the sources or the built files run.
import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Start a script, given as a path without its ending, with a channel to it, which closes when this process is gone. */
export function forkScript(script: string): ChildProcess {
  const { path, execArgv } = howToRun(script)
  const env = { PATH: '/usr/bin:/bin' } // none of the site's secrets
  return fork(path, [], { execArgv, env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
}

// The sources run through tsx while developing and testing; the built files need nothing.
function howToRun(script: string): { path: string; execArgv: string[] } {
  if (existsSync(`${script}.js`)) {
    return { path: `${script}.js`, execArgv: [] }
  } else {
    const tsx = createRequire(import.meta.url).resolve('tsx')
    return { path: `${script}.ts`, execArgv: ['--import', tsx] }
  }
}
