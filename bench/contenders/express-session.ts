// Express with express-session and connect-mongo's own store, as tutorials build it; with IS_SEED as the seed has it.
import MongoStore from 'connect-mongo'
import express from 'express'
import session from 'express-session'

const TOUCH_AFTER = 60 // seconds, of a cookie that lives 300

const { PORT, MONGO_URL = '', VIEWS, IS_SEED } = process.env
const isSeed = IS_SEED !== undefined
const store = MongoStore.create({
  mongoUrl: MONGO_URL,
  ...(isSeed ? {} : { touchAfter: TOUCH_AFTER }),
})
const app = express()
app.set('views', VIEWS)
app.set('view engine', 'ejs')
app.use(
  session({
    name: 'sid',
    secret: 'atguigu',
    saveUninitialized: false,
    resave: isSeed,
    store,
    cookie: { httpOnly: true, maxAge: 1000 * 300 },
  }),
)

app.get('/login', (req, res) => {
  Object.assign(req.session, req.query)
  res.send('ok')
})

app.get('/home', (req, res) => {
  const { username, email } = req.session as { username?: string; email?: string }
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

app.listen(Number(PORT), '127.0.0.1')
