// What pages cost while the database grows from a thousand users and sessions to a million, on the same running site.
import type { Request } from 'autocannon'
import { fill, patternOf, sidOf, type Pattern } from '../fill.ts'
import { sendFlatOut } from '../load.ts'
import { signedCookie, startSite, type Site } from '../site.ts'
import { inRounds, type Stage } from '../stage.ts'
import { atMost, figure, percentile, ratios, type Figure } from '../statistics.ts'
import { createMembers, newClient, prepareSignIn, read, userOf } from '../users.ts'
import type { Fields } from '../visitor.ts'

const SMALLEST = 1000
const USERS = 50 // who visit, drawn from all there are
const VISITS = 150 // requests in a window
const SIGN_INS = 20
const MAX_GROWTH = 1.15
const PAGES = ['/home', '/account/sessions', 'sign-in'] as const

type Page = (typeof PAGES)[number]
type Grown = { site: Site; pattern: Pattern; size: number }

/**
 * Each window at each size is measured beside the same one on a second site that stays small: whatever else the machine
 * does meanwhile slows both. Growth is the ratio of the two.
 */
export async function size(stage: Stage) {
  const { largest } = stage.options
  const [small, big] = [await open(stage, 'small'), await open(stage, 'big')]
  const sizes = [SMALLEST, SMALLEST * 10, SMALLEST * 100].filter((one) => one < largest)
  const figures: Figure[] = []
  for (const size of [...sizes, largest]) {
    const title = `size ${size.toLocaleString('en')}`
    await growTo(big, size)
    const both = [
      { name: 'small', grown: small, visitors: await visitorsOf(small) },
      { name: 'big', grown: big, visitors: await visitorsOf(big) },
    ]
    const turns = PAGES.flatMap((page) =>
      both.map(({ name, grown, visitors }) => async () => ({
        [`${name} ${page}`]: percentile(await timesOf(page, grown, visitors), 0.5),
      })),
    )
    const valuesOf = await inRounds(stage, title, turns)
    for (const page of PAGES) {
      const [grown, stayed] = [valuesOf(`big ${page}`), valuesOf(`small ${page}`)]
      figures.push(
        figure(page, 'p50', 'ms', grown, size),
        figure(page, 'p50 ÷ that of the small site', '×', ratios(grown, stayed), size),
      )
    }
  }
  await Promise.all([small.site.stop(), big.site.stop()])
  const last = figures.filter(({ at, unit }) => at === big.size && unit === '×')
  const said = big.size.toLocaleString('en')
  const targets = last.map(({ of, median }) =>
    atMost(MAX_GROWTH, `${of} p50, ${said} ÷ 1,000 users`, median),
  )
  return { figures, targets }
}

async function open(stage: Stage, name: string): Promise<Grown> {
  const site = await startSite(stage, `ours-${name}`)
  const [member] = await createMembers(site, 1)
  const grown = { site, pattern: await patternOf(site, member), size: 1 }
  await growTo(grown, SMALLEST)
  return grown
}

async function growTo(grown: Grown, size: number): Promise<void> {
  if (grown.size < size) await fill(grown.site, grown.pattern, grown.size, size)
  grown.size = Math.max(size, grown.size)
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

// One request after the other, or one sign-in; milliseconds.
async function timesOf(page: Page, { site, size }: Grown, visitors: Fields[]): Promise<number[]> {
  const requests: Request[] = []
  if (page === 'sign-in') {
    while (requests.length < SIGN_INS) {
      requests.push(await prepareSignIn(site, userOf(drawNumber(size))))
    }
  } else {
    requests.push(...visitors.map((headers) => ({ path: page, headers })))
  }
  const [status, amount] = page === 'sign-in' ? [303, SIGN_INS] : [200, VISITS]
  const load = { connections: 1, amount }
  return (await sendFlatOut(site.url, () => requests, { status }, load)).times
}

// The number of somebody who was put into the database: the first came in through the front door.
function drawNumber(size: number): number {
  return 1 + Math.floor(Math.random() * (size - 1))
}
