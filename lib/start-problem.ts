// A reason why the site can't start that the person who started it can do something about.

/** Thrown while starting: the lines say what is wrong, where, and what to try; they are shown without a stack. */
export class StartProblem extends Error {
  override name = 'StartProblem'

  constructor(...lines: string[]) {
    super(lines.join('\n'))
  }
}
