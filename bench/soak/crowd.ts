// What everybody in the crowd shares: the site, the ledger, the pace, and where new addresses and names come from.
import type { Surroundings } from './browser.ts'
import type { Ledger } from './ledger.ts'
import { Pace } from './pace.ts'

export type Crowd = Surroundings & {
  ledger: Ledger
  over: AbortSignal
  /** An address that nobody was counted under yet. */
  newAddress: () => string
  /** A number that nobody else has. */
  newNumber: () => number
}

/** A crowd at this address that sends so many requests a second at most. */
export function crowdAt(
  url: string,
  shared: Pick<Crowd, 'watch' | 'ledger' | 'over'>,
  rate: number,
): Crowd {
  let [addresses, numbers] = [0, 0]
  const newAddress = () => {
    const number = ++addresses
    return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
  }
  return { url, ...shared, pace: new Pace(rate), newAddress, newNumber: () => ++numbers }
}
