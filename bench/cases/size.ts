// What pages cost while the database grows from a thousand users and sessions to a million, on the same running site.
import { inTurn, type Asked } from '../pace.ts'
import { Browser } from '../browser.ts'
import { fill, patternOf, sidOf, type Pattern } from '../fill.ts'
import { becomeMembers, person, prepareSignIns } from '../people.ts'
import { atMost, figure, resultOf, type CaseResult, type Figure } from '../results.ts'
import { signedCookie, startSite, type Site } from '../site.ts'
import type { Stage } from '../stage.ts'
import { percentile, ratios, spreadOf } from '../statistics.ts'

const SMALLEST = 1000
const PEOPLE = 50 // who visit, drawn from all there are
const VISITS = 150 // requests in a window
const SIGN_INS = 20
const MOST = 1.15
const PAGES = ['/home', '/account/sessions', 'sign-in'] as const

type Page = (typeof PAGES)[number]
type Grown = { site: Site; pattern: Pattern; size: number }
type Windows = Record<Page, number[]>

/**
 * Each window at each size is measured beside the same one on a second site that stays small: whatever else the machine
 * does meanwhile slows both. Growth is the ratio of the two.
 */
export async function size(stage: Stage): Promise<CaseResult> {
  const [small, big] = [await open(stage, 'small'), await open(stage, 'big')]
  const figures: Figure[] = []
  for (const size of sizesUpTo(stage.options.largest)) {
    stage.say(`size: ${size.toLocaleString('en')}`)
    await growTo(big, size)
    const [windowsOfSmall, windowsOfBig] = await measure(small, big, stage.options.rounds)
    for (const page of PAGES) {
      const growth = ratios(windowsOfBig[page], windowsOfSmall[page])
      figures.push(
        figure(page, 'p50', 'ms', spreadOf(windowsOfBig[page]), size),
        figure(page, 'p50 ÷ that of the small site', '×', growth, size),
      )
    }
  }
  await Promise.all([small.site.stop(), big.site.stop()])
  const last = figures.filter(({ at, unit }) => at === big.size && unit === '×')
  return resultOf(
    figures,
    last.map(({ of, median }) =>
      atMost(MOST, `${of} p50, ${big.size.toLocaleString('en')} ÷ 1,000 users`, median),
    ),
  )
}

async function open(stage: Stage, name: string): Promise<Grown> {
  const site = await startSite(stage, `ours-${name}`)
  const [member] = await becomeMembers(site, 1)
  const grown = { site, pattern: await patternOf(site, member), size: 1 }
  await growTo(grown, SMALLEST)
  return grown
}

async function growTo(grown: Grown, size: number): Promise<void> {
  if (grown.size < size) await fill(grown.site, grown.pattern, grown.size, size)
  grown.size = Math.max(size, grown.size)
}

// Small and big take turns within each page of each round.
async function measure(small: Grown, big: Grown, rounds: number): Promise<[Windows, Windows]> {
  const both = [
    { ...small, windows: emptyWindows(), visits: await visitsOf(small) },
    { ...big, windows: emptyWindows(), visits: await visitsOf(big) },
  ] as const
  for (let round = -1; round < rounds; round++) {
    for (const page of PAGES) {
      for (const one of round % 2 ? both : both.toReversed()) {
        const time = await (page === 'sign-in' ? signIns(one) : visit(one, one.visits, page))
        if (round >= 0) one.windows[page].push(time) // the first is to warm up
      }
    }
  }
  return [both[0].windows, both[1].windows]
}

async function visit({ site }: Grown, visits: Asked[], path: string): Promise<number> {
  const asked = visits.map((one) => ({ ...one, path }))
  return percentile(await inTurn(site.url, asked, 200, VISITS), 0.5)
}

async function signIns({ site, size }: Grown): Promise<number> {
  const prepared = await prepareSignIns(site, numbers(size, SIGN_INS).map(person))
  const asked = prepared.map((one) => ({ path: '/login', method: 'POST' as const, ...one }))
  return percentile(await inTurn(site.url, asked, 303), 0.5)
}

// Each has been here before, so that the browser has both cookies.
async function visitsOf({ site, size }: Grown): Promise<Asked[]> {
  const visits: Asked[] = []
  for (const number of numbers(size, PEOPLE)) {
    const browser = new Browser(site, signedCookie(sidOf(number)))
    await browser.read('/account')
    visits.push({ path: '/home', headers: browser.headers })
  }
  return visits
}

// Numbers of people who were put into the database: the first came in through the front door.
function numbers(size: number, count: number): number[] {
  return Array.from({ length: count }, () => 1 + Math.floor(Math.random() * (size - 1)))
}

function sizesUpTo(largest: number): number[] {
  const sizes = [SMALLEST, SMALLEST * 10, SMALLEST * 100].filter((size) => size < largest)
  return [...sizes, largest]
}

function emptyWindows(): Windows {
  return { '/home': [], '/account/sessions': [], 'sign-in': [] }
}
