// A command on a connection that dies in this very moment: it fails, instead of waiting for ever, so that a page can say so.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { Socket } from 'node:net'
import mongoose from 'mongoose'
import { expect, inject, it, onTestFinished } from 'vitest'
import { connectOptions } from '../../../config/database.ts'
import { isDatabaseAway } from '../../../lib/mongodb/away.ts'
import { repairDriver } from '../../../lib/mongodb/driver-repair.ts'

const CHANNEL = 'net.client.socket' // where Node announces every connection that this process opens

it('A command written to a connection that has just died fails as one without a database', async () => {
  repairDriver()
  const sockets = collectSockets()
  const options = { ...connectOptions, dbName: `test-repair-${process.pid}`, monitorCommands: true }
  const connection = await mongoose.createConnection(inject('mongoUrl'), options).asPromise()
  onTestFinished(() => connection.close())
  const things = connection.collection('things')
  await things.findOne()
  connection.getClient().once('commandStarted', () => {
    for (const socket of sockets) socket.destroy()
  })

  const failure = await things.insertOne({ name: 'lantern' }).catch((error: unknown) => error)

  expect(isDatabaseAway(failure)).toBe(true)
})

it('A database whose connections die as the driver asks whether it is there is found again', async () => {
  repairDriver()
  const sockets = collectSockets()
  const options = { ...connectOptions, dbName: `test-repair-${process.pid}` }
  const connection = await mongoose.createConnection(inject('mongoUrl'), options).asPromise()
  onTestFinished(() => connection.close())
  const client = connection.getClient()
  const failed = once(client, 'serverHeartbeatFailed')
  client.once('serverHeartbeatStarted', () => {
    for (const socket of sockets) socket.destroy()
  })

  await failed
  await once(client, 'serverHeartbeatSucceeded')

  expect(await connection.db?.command({ ping: 1 })).toMatchObject({ ok: 1 })
})

function collectSockets(): Socket[] {
  const sockets: Socket[] = []
  const collect = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    sockets.push(socket)
  }
  subscribe(CHANNEL, collect)
  onTestFinished(() => void unsubscribe(CHANNEL, collect))
  return sockets
}
