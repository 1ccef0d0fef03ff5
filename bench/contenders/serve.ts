// What contenders share: the values that they are started with, and saying that they are ready.

/** What bench/contenders.ts passes on the command line: where to listen, and what some of them need besides. */
export type Values = { port: number; mongoUrl: string; views: string; isSeed: boolean } & {
  csrfToken: string
  work: 'argon2id' | 'captcha'
}

export const values = JSON.parse(process.argv[2] ?? '{}') as Values

/** Say that measuring may begin. */
export function sayReady(): void {
  process.send?.('ready')
}
