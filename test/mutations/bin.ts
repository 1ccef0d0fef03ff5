// Mistakes in how the processes of the site begin, work together and end.
import type { Mutation } from './mutation.ts'

const BIN = 'test/bin'

export const bin: Mutation[] = [
  {
    file: 'bin/connect.ts',
    from: 'isEmbedded ? embeddedWrites : serverWrites',
    to: 'isEmbedded ? serverWrites : embeddedWrites',
    tests: [`${BIN}/start-parts.test.ts`],
  },
  {
    file: 'bin/metrics-server.ts',
    from: "res.setHeader('Cache-Control', 'no-store')",
    to: '',
    tests: [`${BIN}/metrics.test.ts`],
  },
  {
    file: 'bin/metrics-server.ts',
    from: 'res.writeHead(500).end()',
    to: '',
    tests: [`${BIN}/start-parts.test.ts`],
  },
  {
    file: 'bin/server.ts',
    from: 'maxHeaderSize: MAX_HEADER_LENGTH,',
    to: '',
    tests: [`${BIN}/start-parts.test.ts`],
  },
  {
    file: 'bin/server.ts',
    from: 'if (!server.listening) server.closeIdleConnections()',
    to: 'if (server.listening) server.closeIdleConnections()',
    tests: [`${BIN}/start-parts.test.ts`],
  },
  {
    // The site's only secret would be passed over for the one of development.
    file: 'bin/setup.ts',
    from: 'given.length > 0',
    to: 'given.length > 1',
    tests: [`${BIN}/start-parts.test.ts`],
  },
  {
    // Another process on the same server may change what would be kept in memory.
    file: 'bin/standalone.ts',
    from: 'settings.lessons || !shared.isEmbedded ? undefined',
    to: 'settings.lessons ? undefined',
    tests: [`${BIN}/start-parts.test.ts`],
  },
  {
    file: 'bin/standalone.ts',
    from: "process.on('SIGHUP', () => {",
    to: "process.on('SIGWINCH', () => {",
    tests: [`${BIN}/start-parts.test.ts`],
  },
  {
    file: 'bin/start.ts',
    from: "readiness.isStopping = how === 'stop'",
    to: 'readiness.isStopping = true',
    tests: [`${BIN}/start-parts.test.ts`],
  },
  {
    // Ctrl-C reaches the workers too: they would end in the middle of their answers.
    file: 'bin/worker.ts',
    from: "['SIGINT', 'SIGTERM', 'SIGHUP']",
    to: '[]',
    tests: [`${BIN}/workers.test.ts`],
  },
  {
    file: 'bin/workers.ts',
    from: "old.end('drain')",
    to: "old.end('stop')",
    tests: [`${BIN}/workers.test.ts`],
  },
  {
    file: 'bin/workers.ts',
    from: 'next.kill()',
    to: '',
    tests: [`${BIN}/crashes.test.ts`],
  },
]
