// What pages cost while the database grows from a thousand users and sessions to a million, on the same running site.
import { fill, sidOf } from '../fill.ts'
import { sendFlatOut } from '../load.ts'
import { signedCookie, startSite, type Site } from '../site.ts'
import { inRounds, type Note, type Stage } from '../stage.ts'
import { figure, percentile, target, type Figure } from '../statistics.ts'
import { createMembers, newClient, prepareSignIns, read, userOf } from '../users.ts'
import type { Fields } from '../visitor.ts'

const SMALLEST = 1000
const USERS = 50 // who visit, drawn from all there are
const VISITS = 150 // requests in a window
const SIGN_INS = 20
const MAX_GROWTH = 1.1
const PERCENTILES = { p50: 0.5, p99: 0.99 }
const PAGES = ['/home', '/account/sessions', 'sign-in']

type Grown = { site: Site; size: number }

/**
 * Each window at each size is measured beside the same one on a second site that stays small: whatever else the machine
 * does meanwhile slows both. Growth is the ratio of the two.
 */
export async function size(stage: Stage) {
  const { largest } = stage.options
  const small = await open(stage, 'small')
  const big = await open(stage, 'big')
  const figures: Figure[] = []
  for (const size of [SMALLEST, SMALLEST * 10, SMALLEST * 100, largest]) {
    if (size > largest) continue
    if (size > big.size) await fill(big.site, big.size, size)
    big.size = size
    figures.push(...(await compare(stage, big, small)))
  }
  const said = largest.toLocaleString('en')
  const targets = figures
    .filter(({ at, unit }) => at === largest && unit === '×')
    .map(({ of, what, median }) =>
      target(`${of} ${what.slice(0, 3)}, ${said} ÷ 1,000 users`, median, 'at most', MAX_GROWTH),
    )
  return { figures, targets }
}

async function open(stage: Stage, name: string): Promise<Grown> {
  const site = await startSite(stage, `ours-${name}`)
  await createMembers(site, 1)
  await fill(site, 1, SMALLEST)
  return { site, size: SMALLEST }
}

async function compare(stage: Stage, big: Grown, small: Grown): Promise<Figure[]> {
  const at = big.size
  const both = [
    { grown: big, where: '', visitors: await visitorsOf(big) },
    { grown: small, where: ' of the small site', visitors: await visitorsOf(small) },
  ]
  const turns = PAGES.flatMap((page) =>
    both.map(({ grown, where, visitors }) => async (note: Note) => {
      const times = await measure(page, grown, visitors)
      for (const [what, share] of Object.entries(PERCENTILES)) {
        note(page, `${what}${where}`, percentile(times, share), 'ms')
      }
    }),
  )
  const { figures, ratio } = await inRounds(stage, `size ${at.toLocaleString('en')}`, turns)
  return PAGES.flatMap((page) =>
    Object.keys(PERCENTILES).flatMap((percent) => {
      const growth = ratio(`${page}: ${percent}`, `${page}: ${percent} of the small site`)
      const ofPage = figures.filter(({ of, what }) => of === page && what === percent)
      return [...ofPage, figure(page, `${percent} ÷ that of the small site`, '×', growth)]
    }),
  ).map((one) => ({ ...one, at }))
}

// Each has been here before, so that the browser has both cookies.
async function visitorsOf({ site, size }: Grown): Promise<Fields[]> {
  const visitors: Fields[] = []
  while (visitors.length < USERS) {
    const client = newClient(site)
    client.cookies.set('sid', signedCookie(sidOf(drawNumber(size))))
    await read(client, '/account')
    visitors.push(client.nextHeaders)
  }
  return visitors
}

// How long each of the requests took that were sent one after the other, in milliseconds.
async function measure(page: string, { site, size }: Grown, visitors: Fields[]) {
  const isSignIn = page === 'sign-in'
  const requests = isSignIn
    ? await prepareSignIns(site, SIGN_INS, () => userOf(drawNumber(size)))
    : visitors.map((headers) => ({ path: page, headers }))
  const right = { status: isSignIn ? 303 : 200 }
  const load = { connections: 1, amount: isSignIn ? SIGN_INS : VISITS }
  const { times } = await sendFlatOut(site.url, () => requests, right, load)
  return times
}

// The number of somebody who was put into the database: the first came in through the front door.
function drawNumber(size: number): number {
  return 1 + Math.floor(Math.random() * (size - 1))
}
