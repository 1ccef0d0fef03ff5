// A Set-Cookie header, read as a browser reads it (RFC 6265bis, 5.6).

export type SetCookie = {
  name: string
  value: string
  /** Every attribute as it was sent: "HttpOnly", "Path=/lessons/visits", … */
  flags: string[]
  /** When the browser drops it; undefined for one that lasts as long as the browser runs. */
  expires?: Date
  /** True if it takes a cookie away. */
  isGone: boolean
}

/** Read one header line. */
export function parseSetCookie(line: string, now = new Date()): SetCookie {
  const [pair = '', ...flags] = line.split(/; */)
  const [name = '', value = ''] = pair.split(/=(.*)/s)
  const attribute = (wanted: string) =>
    flags.find((flag) => flag.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
  const maxAge = attribute('max-age')
  const date = attribute('expires')
  // Max-Age wins where both are there.
  const expires =
    maxAge === undefined
      ? date === undefined
        ? undefined
        : new Date(date)
      : new Date(now.getTime() + Number(maxAge) * 1000)
  const isGone = expires !== undefined && expires <= now
  return { name, value, flags, isGone, ...(expires ? { expires } : {}) }
}

/** How long the name and the value are together, in bytes: what browsers count for their limit of 4,096. */
export function sizeOf(line: string): number {
  const { name, value } = parseSetCookie(line)
  return Buffer.byteLength(name + value)
}
