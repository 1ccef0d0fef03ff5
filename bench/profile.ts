// Where the time of ours goes while a case runs: its functions by the time spent in themselves.
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onlookers } from './cases/captcha.ts'
import { pull } from './cases/home.ts'
import { openSite, send } from './cases/sign-in.ts'
import { visitorHeaders } from './browser.ts'
import { heaviest, packageOf, placeOf, type Profile } from './cpu-profile.ts'
import { flatOut } from './load.ts'
import type { CaseName } from './options.ts'
import { startOurs } from './rivals.ts'
import { startSite, type Site } from './site.ts'
import type { Stage } from './stage.ts'

type Load = (
  stage: Stage,
  args: string[],
  duration: number,
) => Promise<[Pick<Site, 'stop'>, () => Promise<unknown>]>

const loads: Partial<Record<CaseName, Load>> = {
  home: async (stage, args, duration) => {
    const ours = await startOurs(stage, 'profiled', args)
    return [ours.process, () => pull(ours, { duration })]
  },
  login: async (stage, args, duration) => {
    const site = await startSite(stage, 'profiled', args)
    const requests = () => [{ path: '/login', headers: visitorHeaders() }]
    const amount = { connections: 20, duration }
    return [site, () => flatOut(site.url, requests, { status: 200 }, amount)]
  },
  'sign-in': async (stage, args, duration) => {
    const { site, next } = await openSite(stage, args)
    const signIns = await next(Math.ceil(duration * 80))
    return [site, () => send(site, signIns)]
  },
  captcha: async (stage, args, duration) => {
    const site = await startSite(stage, 'profiled', args)
    const amount = { connections: 4, duration }
    return [site, () => flatOut(site.url, onlookers, { status: 200 }, amount)]
  },
}

/** Run the case against ours under the profiler and print where its time went. Some cases have none. */
export async function tellProfile(stage: Stage, name: CaseName): Promise<void> {
  const load = loads[name]
  if (!load) {
    stage.say(`${name} is not profiled`)
  } else {
    const folder = await mkdtemp(join(stage.folder, 'profile-'))
    const args = ['--cpu-prof', '--cpu-prof-dir', folder]
    const [site, work] = await load(stage, args, stage.options.seconds)
    const from = now()
    await work()
    const to = now()
    await site.stop() // then it is written
    const [file = ''] = await readdir(folder)
    const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as Profile
    for (const keyOf of [placeOf, packageOf]) {
      const lines = heaviest(profile, from, to, keyOf).map(
        ([where, share]) => `  ${share.padStart(6)}  ${where}`,
      )
      process.stdout.write(`\n${name}: share of what was not idle\n${lines.join('\n')}\n`)
    }
  }
}

// The clock that the profiler uses too, in microseconds: what was done to start and to prepare is left out.
function now(): number {
  return Number(process.hrtime.bigint() / 1000n)
}
