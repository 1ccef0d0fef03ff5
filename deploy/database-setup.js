// mongosh runs this on database-1's loopback address: it makes a replica set of three servers, and the site's user.
// MongoDB lets a client on its own machine make the first user without a password, and no client after that.
/* global require, db, print, quit, rs, sleep */
const { readFileSync } = require('node:fs')

const TIMEOUT = 120_000 // milliseconds for three servers to elect a primary

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
    return false // the servers are not up yet
  }
}

function initiate() {
  rs.initiate({
    _id: 'sesame',
    members: [
      { _id: 0, host: 'database-1:27017', priority: 2 }, // the primary where possible, because users are made on it
      { _id: 1, host: 'database-2:27017' },
      { _id: 2, host: 'database-3:27017' },
    ],
  })
}

function waitUntilThisLeads() {
  const giveUpAt = Date.now() + TIMEOUT
  while (!db.hello().isWritablePrimary) {
    if (Date.now() > giveUpAt) {
      print('database-1 does not lead the replica set: look at its log.')
      quit(1)
    }
    sleep(500)
  }
}
