// Run by mongosh on database-1's own loopback address: makes three servers one replica set, and the site's user in it.
// Until the first user is there MongoDB lets somebody on its own machine make one, and afterwards nobody.
/* global require, db, print, quit, rs, sleep */
const { readFileSync } = require('node:fs')

const PATIENCE = 120_000 // milliseconds for three servers to agree on who leads

const admin = db.getSiblingDB('admin')
const sesame = db.getSiblingDB('sesame')
const secret = (name) => readFileSync(`/run/database/${name}`, 'utf8')

const isSetUp = signIn()
if (!db.hello().setName) initiate()
waitUntilThisLeads()
if (!isSetUp) {
  admin.createUser({ user: 'admin', pwd: secret('admin.password'), roles: ['root'] })
  signIn()
}
if (sesame.getUser('sesame') === null) {
  // Least privilege: the site reads and writes its own database and can do nothing else (ASVS 13.2.2).
  sesame.createUser({
    user: 'sesame',
    pwd: secret('site.password'),
    roles: [{ role: 'readWrite', db: 'sesame' }],
  })
}
print('The database is ready.')

function signIn() {
  try {
    return admin.auth('admin', secret('admin.password')).ok === 1
  } catch {
    return false // nobody is there yet
  }
}

function initiate() {
  rs.initiate({
    _id: 'sesame',
    members: [
      { _id: 0, host: 'database-1:27017', priority: 2 }, // it leads where it can: users are made on it
      { _id: 1, host: 'database-2:27017' },
      { _id: 2, host: 'database-3:27017' },
    ],
  })
}

function waitUntilThisLeads() {
  const giveUpAt = Date.now() + PATIENCE
  while (!db.hello().isWritablePrimary) {
    if (Date.now() > giveUpAt) {
      print('database-1 does not lead the replica set: look at its log.')
      quit(1)
    }
    sleep(500)
  }
}
