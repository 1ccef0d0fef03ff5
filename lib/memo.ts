// Answers kept by the text that they are about, for what is asked again and again with the same few texts.

const LONGEST = 500 // characters of a text whose answer is kept: visitors choose some of them

export class Memo<T> {
  private readonly known = new Map<string, T>()
  private readonly most: number

  /** Keep at most so many answers: whoever makes texts up costs no more than they would without. */
  constructor(most: number) {
    this.most = most
  }

  /** The answer that is known, or that `make` finds now. */
  get(text: string, make: () => T): T {
    const kept = this.known.get(text)
    if (kept !== undefined) {
      return kept
    } else {
      const made = make()
      if (this.known.size >= this.most) this.known.clear()
      if (text.length <= LONGEST) this.known.set(text, made)
      return made
    }
  }
}
