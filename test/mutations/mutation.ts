// A mistake of one line, as a tired developer makes it, and the tests that ought to notice it.

export type Mutation = {
  /** The source that is broken, by its path from the root. */
  file: string
  /** What stands there, exactly once. */
  from: string
  to: string
  /** The test files that are run first. What they let pass is tried on the whole project "fast". */
  tests: string[]
  /** Why no test notices it, for one that is known to survive. */
  survives?: string
}
