// What the primary and its workers say to each other.
import type { Shared } from './setup.ts'
import type { Stopping } from './start.ts'

export type Opening = { order: 'open'; shared: Shared; port: number }

export type ToWorker = Opening | { order: Stopping }
// "waiting" comes first: an order that is sent before somebody listens would be lost.
export type FromWorker = { waiting: true } | { opened: true } | { problem: string }
