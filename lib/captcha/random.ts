// Choices that nobody can foretell: Math.random's next ones can be computed from those that were seen.
import { randomInt } from 'node:crypto'

/** One of these, or one character of a text, each as likely as any other. There must be one. */
export function pick<T>(list: ArrayLike<T>): T {
  return list[randomInt(list.length)] as T
}

/** A whole number, both ends included. */
export function between(least: number, most: number): number {
  return randomInt(least, most + 1)
}

/** The same things in an order of which each is as likely as any other. */
export function shuffle<T>(list: readonly T[]): T[] {
  const rest = [...list]
  return list.map(() => rest.splice(randomInt(rest.length), 1)[0] as T)
}
