// What the site and the process of its database say to each other.
export type ToEngine = { order: 'close' }
export type FromEngine = { socket: string } | { refused: string }
