// What came of a request of a lesson, as it is kept and shown.

/** A sentence below lessons.<name>.told, and what is put into it. */
export type Outcome = { key: string; values: Record<string, string | number> }
