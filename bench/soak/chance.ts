// Chance that can be repeated: the same seed makes the same choices.

export class Chance {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** A number from 0 up to (without) 1; mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = this.state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** True so often, from 0 to 1. */
  happens(share: number): boolean {
    return this.next() < share
  }

  /** One of a list. Throws where there is none. */
  pick<T>(list: readonly T[]): T {
    const one = list[Math.floor(this.next() * list.length)]
    if (one === undefined) throw new Error('There is nothing to choose from')
    return one
  }

  /** One of these names, each as often as its weight says. */
  weighed<T extends string>(weights: Record<T, number>): T {
    const names = Object.keys(weights) as T[]
    const total = names.reduce((sum, name) => sum + weights[name], 0)
    let left = this.next() * total
    return names.find((name) => (left -= weights[name]) < 0) ?? this.pick(names)
  }

  /** A stream of its own for one of many, so that nobody's choices depend on how fast the others are. */
  fork(number: number): Chance {
    return new Chance(Math.imul(this.state ^ (number + 1), 0x9e3779b1))
  }
}
