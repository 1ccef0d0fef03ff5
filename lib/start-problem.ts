// A reason why the site can't start that the person who started it can do something about.

/** Thrown while starting: the message says what is wrong, where, and what to try; it is shown without a stack. */
export class StartProblem extends Error {
  override name = 'StartProblem'
}
