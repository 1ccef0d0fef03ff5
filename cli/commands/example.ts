// The last lines of each command's help: how it is used.

/** The text to add after a command's help. */
export function example(...lines: string[]): string {
  return [
    '',
    lines.length > 1 ? 'Examples:' : 'Example:',
    ...lines.map((line) => `  ${line}`),
  ].join('\n')
}
