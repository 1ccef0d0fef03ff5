// What the processes of a site say to each other.

/** What one process of the site tells the others, so that all of them speak to one database and have the same secrets. */
export type Shared = {
  sessionSecrets: string[]
  encryptionKeys: string[]
  mongoUrl: string
  isEmbedded: boolean
}

/** How a process ends: at once, when nothing else takes its place; or after a time in which others already do. */
export type Stopping = 'stop' | 'drain'

export type Opening = { order: 'open'; shared: Shared; port: number }

export type ToWorker = Opening | { order: Stopping }
// "waiting" comes first: an order that is sent before somebody listens would be lost.
export type FromWorker = { waiting: true } | { opened: true } | { problem: string }
