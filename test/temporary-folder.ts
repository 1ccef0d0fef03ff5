// A folder of a test's own that is gone when the test is over, however it ended, or when all tests of a file are.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

export type AtTheEnd = (end: () => Promise<void>) => void

/** Make the folder. What a test starts in it afterwards is ended before it is removed. */
export async function temporaryFolder(atTheEnd: AtTheEnd = onTestFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sesame-test-'))
  atTheEnd(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** For what several tests share: it is ended after all tests of the file or of the `describe`, the latest first. */
export function endAfterAll(): AtTheEnd {
  const ends: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const end of ends) await end()
  })
  return (end) => void ends.unshift(end)
}
