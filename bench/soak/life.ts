// What a user does, one thing after the other, at random, until everything is over.
import {
  changePassword,
  endOtherSessions,
  look,
  openTabs,
  replayEndedSession,
  signOut,
} from './actions.ts'
import { pause, type Manner } from './browser.ts'
import { guessPassword, register, signIn } from './sign-in.ts'
import { becomeAnother, type User } from './user.ts'

type Action = { weight: number; act: (user: User) => void | Promise<void> }

const MAX_PAUSE = 1500 // milliseconds between two things that somebody does
const PUBLIC_PAGES = ['/', '/home', '/login', '/register', '/healthz']

const SIGNED_OUT: Action[] = [
  { weight: 20, act: wander },
  { weight: 60, act: (user) => signIn(user, user.here, mannerOf(user)) },
  { weight: 4, act: guessPassword },
  { weight: 12, act: replayEndedSession },
  { weight: 3, act: becomeAnother },
]
const SIGNED_IN: Action[] = [
  { weight: 26, act: (user) => look(user, user.here) },
  { weight: 18, act: openTabs },
  { weight: 8, act: (user) => look(user, user.here, user.random.between(0, 20)) },
  { weight: 9, act: (user) => signOut(user, 0, mannerOf(user)) },
  { weight: 7, act: (user) => signOut(user, user.random.between(1, 3)) },
  { weight: 6, act: changePassword },
  { weight: 12, act: useSecondBrowser },
  { weight: 8, act: endOtherSessions },
  { weight: 10, act: replayEndedSession },
  { weight: 3, act: becomeAnother },
]
// Most send a form as everybody does, some byte by byte over a bad line, and some go away before the answer.
const MANNERS: { weight: number; draw: (user: User) => Manner }[] = [
  { weight: 85, draw: () => ({}) },
  { weight: 8, draw: ({ random }) => ({ byteDelay: random.between(1, 8) }) },
  { weight: 7, draw: ({ random }) => ({ timeout: random.between(0, 150) }) },
]

/** Use the site until the soak is over. */
export async function live(user: User): Promise<void> {
  const { soak, random, here, there } = user
  const isOver = () => soak.over.aborted // asked again after each wait
  while (!isOver()) {
    await pause(random.between(0, MAX_PAUSE), soak.over)
    if (isOver()) break
    if (soak.ledger.isRegistered(user.username)) {
      await random.weighted(here.isSignedIn ? SIGNED_IN : SIGNED_OUT).act(user)
    } else {
      await register(user, mannerOf(user))
    }
  }
  here.close()
  there.close()
}

async function wander({ here, random }: User): Promise<void> {
  await here.read('wander', random.pick(PUBLIC_PAGES))
}

async function useSecondBrowser(user: User): Promise<void> {
  const { there } = user
  await (there.isSignedIn ? look(user, there) : signIn(user, there))
}

function mannerOf(user: User): Manner {
  return user.random.weighted(MANNERS).draw(user)
}
