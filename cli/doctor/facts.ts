// What the database says of itself.
import mongoose from 'mongoose'

export type Facts = { version: string; isEmbedded: boolean }

/** Its version, and whether it is the embedded engine. */
export async function findFacts(): Promise<Facts> {
  const { version, modules } = (await admin({ buildInfo: 1 })) as {
    version: string
    modules?: string[]
  }
  return { version, isEmbedded: modules?.includes('embedded') ?? false }
}

/** Ask the server itself. */
export async function admin(command: Record<string, number>) {
  return mongoose.connection.getClient().db('admin').command(command)
}
