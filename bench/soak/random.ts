// Random choices that can be repeated: the same seed makes the same ones.
import { createHash } from 'node:crypto'

export class Random {
  private readonly seed: string
  private drawn = 0

  constructor(seed: string) {
    this.seed = seed
  }

  /** A number from 0 up to (without) 1. */
  next(): number {
    const digest = createHash('sha256')
      .update(`${this.seed} ${this.drawn++}`)
      .digest()
    return digest.readUInt32LE() / 2 ** 32
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
}
