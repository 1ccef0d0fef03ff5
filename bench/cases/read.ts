// The read of a session, which every page of a server waits for: what each step from the driver to the store costs a core.
import { measureWork } from '../contenders.ts'
import { inRounds, type Note, type Stage } from '../stage.ts'

const PARALLEL = 20 // at once, as visitors of a busy site
const STEPS = [
  'ping',
  'command',
  'findOne',
  'findOne, our connection',
  'findOne, expiry in the filter',
  'documents.find',
  'store.get',
]

/** Measure the steps in turn, round by round. */
export async function read(stage: Stage) {
  const MONGO_URL = stage.databaseUrl('read')
  const turns = STEPS.map((step) => async (note: Note) => {
    const { cost } = await measureWork(stage, step, PARALLEL, 'contender', { MONGO_URL })
    note(step, 'processor time', cost, 'ms')
  })
  return { figures: (await inRounds(stage, 'read', turns)).figures, targets: [] }
}
