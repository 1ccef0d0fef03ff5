// What contenders share: the values that they are started with, and saying that they are ready.

/** The values that bench/contenders.ts passes on the command line; the port to listen on is among them. */
export function readValues<T>(): T & { port: number } {
  return JSON.parse(process.argv[2] ?? '{}') as T & { port: number }
}

/** Say that measuring may begin. */
export function sayReady(): void {
  process.send?.('ready')
}
