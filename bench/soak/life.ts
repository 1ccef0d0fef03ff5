// What somebody does, one thing after the other, as chance has it, until everything is over.
import type { How } from './browser.ts'
import { guess, register, signIn } from './enter.ts'
import { changePassword, endOthers, giveUp, haunt, look, openTabs, signOut } from './inside.ts'
import { pause } from './pace.ts'
import { becomeAnother, type Person } from './person.ts'

const THINKS = 1500 // milliseconds between two things that somebody does, at the longest

const OUTSIDE = { wander: 20, 'sign in': 60, guess: 4, haunt: 12, 'move on': 3 }
const INSIDE = {
  look: 26,
  tabs: 18,
  'give up': 8,
  'sign out': 9,
  'sign out with tabs': 7,
  'change password': 6,
  'second browser': 12,
  'end others': 8,
  haunt: 10,
  'move on': 3,
}

/** Live in the crowd until it is over. */
export async function live(person: Person): Promise<void> {
  const { crowd, chance, here, there } = person
  const isOver = () => crowd.over.aborted // asked again after each wait
  while (!isOver()) {
    await pause(chance.between(0, THINKS), crowd.over)
    if (isOver()) break
    if (person.account !== 'certain') {
      await register(person, manner(person))
    } else if (here.isIn) {
      await actInside(person)
    } else {
      await actOutside(person)
    }
  }
  here.browser.close()
  there.browser.close()
}

async function actOutside(person: Person): Promise<void> {
  const { chance, here } = person
  const action = chance.weighed(OUTSIDE)
  if (action === 'wander') {
    await here.browser.read(
      'wander',
      chance.pick(['/', '/home', '/login', '/register', '/healthz']),
    )
  } else if (action === 'sign in') {
    await signIn(person, here, manner(person))
  } else if (action === 'guess') {
    await guess(person)
  } else if (action === 'haunt') {
    await haunt(person)
  } else {
    becomeAnother(person)
  }
}

async function actInside(person: Person): Promise<void> {
  const { chance, here, there } = person
  const action = chance.weighed(INSIDE)
  if (action === 'look') {
    await look(person, here)
  } else if (action === 'tabs') {
    await openTabs(person, here)
  } else if (action === 'give up') {
    await giveUp(person, here)
  } else if (action === 'sign out') {
    await signOut(person, here, 0, manner(person))
  } else if (action === 'sign out with tabs') {
    await signOut(person, here, chance.between(1, 3))
  } else if (action === 'change password') {
    await changePassword(person, here)
  } else if (action === 'second browser') {
    await (there.isIn ? look(person, there) : signIn(person, there))
  } else if (action === 'end others') {
    await endOthers(person)
  } else if (action === 'haunt') {
    await haunt(person)
  } else {
    becomeAnother(person)
  }
}

// Most send a form as everybody does, some byte by byte over a bad line, and some go away before the answer.
function manner({ chance }: Person): How {
  const kind = chance.weighed({ plain: 85, slow: 8, impatient: 7 })
  if (kind === 'slow') {
    return { slowness: chance.between(1, 8) }
  } else if (kind === 'impatient') {
    return { patience: chance.between(0, 150) }
  } else {
    return {}
  }
}
