// Express rendering the site's own /login and nothing else: no session, no log, no headers; its token and captcha are always the same.
import ejs from 'ejs'
import express from 'express'
import { formatTime, formatWait, LOCALES, translator } from '../../config/i18n.ts'
import { viewsDir } from '../../config/paths.ts'

const { PORT, SITE_URL, CSRF_TOKEN, FORM_ID, CAPTCHA_ID } = process.env
const t = translator('en')
const app = express()
app.set('views', viewsDir)
app.set('view engine', 'ejs')
app.engine('ejs', (file, values, done) => {
  ejs.renderFile(file, values, { root: viewsDir, cache: true }, done)
})

app.get('/login', (_req, res) => {
  res.render('login', {
    view: 'login',
    user: undefined,
    locale: 'en',
    locales: LOCALES,
    siteUrl: SITE_URL,
    t,
    notice: undefined,
    noticeKind: 'done',
    mailIsCaught: false,
    failures: undefined,
    csrfToken: CSRF_TOKEN,
    formId: FORM_ID,
    here: '/login',
    wayBack: '/login',
    next: '/account',
    time: (date: Date) => formatTime('en', date),
    inWords: (seconds: number) => formatWait(t, seconds),
    wait: undefined,
    typed: {},
    errors: {},
    parts: { links: [], styles: [], scripts: [] },
    captchaId: CAPTCHA_ID,
    focusOf: () => undefined,
  })
})
app.listen(Number(PORT), '127.0.0.1')
