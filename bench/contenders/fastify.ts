// Fastify with its own session plugin over connect-mongo's store, without a log, compiling its template once.
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import fastifyView from '@fastify/view'
import MongoStore from 'connect-mongo'
import ejs from 'ejs'
import fastify from 'fastify'

type Store = NonNullable<Parameters<typeof fastifySession>[1]['store']>

const { PORT, MONGO_URL = '', VIEWS = '' } = process.env
const app = fastify({ logger: false })
await app.register(fastifyCookie)
await app.register(fastifySession, {
  cookieName: 'sid',
  secret: 'a secret of at least thirty-two characters',
  saveUninitialized: false,
  rolling: false, // else it would write at every request
  store: MongoStore.create({ mongoUrl: MONGO_URL }) as unknown as Store,
  cookie: { httpOnly: true, secure: false, maxAge: 8 * 60 * 60 * 1000 },
})
await app.register(fastifyView, { engine: { ejs }, root: VIEWS, production: true })

app.get('/login', (req) => {
  Object.assign(req.session, req.query)
  return 'ok'
})

app.get('/home', (req, reply) => {
  const { username, email } = req.session as { username?: string; email?: string }
  return username ? reply.viewAsync('home.ejs', { username, email }) : reply.code(401).send('')
})

await app.listen({ host: '127.0.0.1', port: Number(PORT) })
