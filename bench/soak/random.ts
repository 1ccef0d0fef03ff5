// Random choices that can be repeated: the same seed makes the same ones.

export class Random {
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
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  /** One of a list. Throws where there is none. */
  pick<T>(list: readonly T[]): T {
    const one = list[Math.floor(this.next() * list.length)]
    if (one === undefined) throw new Error('There is nothing to choose from')
    return one
  }

  /** One of a list, each as often as its weight says. */
  weighted<T extends { weight: number }>(list: readonly T[]): T {
    const total = list.reduce((sum, { weight }) => sum + weight, 0)
    let left = this.next() * total
    return list.find(({ weight }) => (left -= weight) < 0) ?? this.pick(list)
  }

  /** A stream of its own for one of many, so that nobody's choices depend on how fast the others are. */
  fork(number: number): Random {
    return new Random(Math.imul(this.state ^ (number + 1), 0x9e3779b1))
  }
}
