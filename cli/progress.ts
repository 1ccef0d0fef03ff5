// How far a long piece of work has come: a bar on a terminal, now and then a line where the output is kept.
import { SingleBar } from 'cli-progress'

const LINE_EVERY = 5000 // milliseconds

export type Progress = ReturnType<typeof startProgress>

/**
 * Begin to report, on a stream that holds no results; `update` says how far it is, as a number up to the total and in words.
 * Where the total is not known there is no bar either.
 */
export function startProgress(total: number | undefined, stream = process.stderr) {
  return stream.isTTY && total !== undefined ? startBar(total, stream) : startLines(total, stream)
}

function startBar(total: number, stream: NodeJS.WriteStream) {
  const bar = new SingleBar({
    format: '[{bar}] {percentage} %  {words}  ({eta_formatted} left)',
    stream,
    barsize: 30,
    hideCursor: true,
    gracefulExit: false, // Ctrl-C is heard by whoever does the work, which then stops the bar
  })
  bar.start(total, 0, { words: '' })
  return {
    update: (done: number, words: string) => bar.update(done, { words }),
    stop: () => bar.stop(),
  }
}

function startLines(total: number | undefined, stream: NodeJS.WriteStream) {
  let last = Date.now()
  return {
    update: (done: number, words: string) => {
      if (Date.now() - last < LINE_EVERY) return
      last = Date.now()
      const percent = total ? ` (${Math.floor((done / total) * 100)} %)` : ''
      stream.write(`${words}${percent}\n`)
    },
    stop: () => undefined,
  }
}
