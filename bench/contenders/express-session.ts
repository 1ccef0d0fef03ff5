// Express with express-session and connect-mongo's own store, as tutorials build it. The options make it one contender or another.
import MongoStore from 'connect-mongo'
import express from 'express'
import session from 'express-session'
import { sayReady, values } from './serve.ts'

type Kept = { username?: string; email?: string }

const TOUCH_AFTER = 60 // seconds, of a cookie that lives 300

const { port, mongoUrl, views, isSeed } = values
const app = express()
app.set('views', views)
app.set('view engine', 'ejs')
app.use(
  session({
    name: 'sid',
    secret: 'atguigu',
    saveUninitialized: false,
    resave: isSeed,
    store: MongoStore.create({ mongoUrl, ...(isSeed ? {} : { touchAfter: TOUCH_AFTER }) }),
    cookie: { httpOnly: true, maxAge: 1000 * 300 },
  }),
)

app.get('/login', (req, res) => {
  const { username, email } = req.query
  Object.assign(req.session, { username, email })
  res.send('ok')
})

app.get('/home', (req, res) => {
  const { username, email } = req.session as Kept
  if (isSeed) {
    // As the seed does it, for every visit.
    console.log('session的信息')
    console.log(username)
  }
  if (username) {
    res.render('home', { username, email })
  } else {
    res.send('登录 注册')
  }
})

app.listen(port, '127.0.0.1', sayReady)
