// What has to be there before a site can answer: the secrets, a database that answers, and its indexes.
import type { Settings } from '../config/env.ts'
import type { Logger } from '../config/logger.ts'
import { developmentSecret, type DEVELOPMENT_SECRETS } from '../lib/development-secret.ts'
import { startEmbeddedMongodb, type EmbeddedMongodb } from '../lib/embedded-mongodb/index.ts'
import type { GateListener } from '../lib/embedded-mongodb/gate.ts'
import { noFolder } from '../lib/embedded-mongodb/refusals.ts'
import { requireOwnIfRoot } from '../lib/files/owner.ts'
import type { Shared } from './messages.ts'

type Options = {
  /** Told when others than the site are at the embedded engine. */
  gateListener?: GateListener
  /** What to load while the engine, a process of its own, is starting. */
  meanwhile?: () => Promise<unknown>
}

/** Start the embedded engine, unless a server is named, and make the database ready. This process is connected then. Throws a StartProblem. */
export async function openDatabaseAndSecrets(
  settings: Settings,
  logger: Logger,
  say: (line: string) => void,
  { gateListener, meanwhile }: Options = {},
) {
  const secrets = await secretsOf(settings)
  const engineToBe =
    settings.mongoUrl === undefined
      ? launchEngine({ ...settings, say, log: logger, gateListener })
      : undefined
  await engineToBe?.launched // before anything large is loaded, which would keep this process from launching it
  const { connectShared, disconnect, prepareDatabase } = await import('./connect.ts')
  meanwhile?.().catch(() => undefined) // whoever asked for it loads it again, and hears of a failure then
  const engine = await engineToBe?.opened
  const shared: Shared = {
    ...secrets,
    mongoUrl: engine?.url ?? settings.mongoUrl ?? '',
    isEmbedded: engine !== undefined,
  }
  const close = async () => {
    await disconnect()
    await engine?.close()
  }
  try {
    await connectShared(shared)
    await prepareDatabase(logger)
    return { shared, close }
  } catch (error) {
    await close()
    throw error
  }
}

// The engine's process is there long before the engine answers.
function launchEngine(options: Parameters<typeof startEmbeddedMongodb>[0]) {
  let opened: Promise<EmbeddedMongodb> | undefined
  const launched = new Promise<void>((resolve, reject) => {
    opened = startEmbeddedMongodb({ ...options, launched: resolve })
    opened.catch(reject)
  })
  return { launched, opened }
}

async function secretsOf({ sessionSecrets, encryptionKeys, dataDir }: Settings) {
  return {
    sessionSecrets: await givenOrMade(sessionSecrets, dataDir, 'session-secret'),
    encryptionKeys: await givenOrMade(encryptionKeys, dataDir, 'encryption-key'),
  }
}

async function givenOrMade(
  given: string[],
  dataDir: string,
  name: (typeof DEVELOPMENT_SECRETS)[number],
): Promise<string[]> {
  if (given.length > 0) return given
  await requireOwnIfRoot(dataDir)
  try {
    return [await developmentSecret(dataDir, name)]
  } catch (error) {
    throw noFolder(dataDir, error)
  }
}
