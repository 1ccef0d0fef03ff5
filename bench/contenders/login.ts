// Express rendering the site's own /login and nothing else: no session, no log, no headers; its token and captcha are always the same.
import ejs from 'ejs'
import express from 'express'
import { formatWait, languageName, LOCALES, timeElement, translator } from '../../config/i18n.ts'
import { viewsDir } from '../../config/paths.ts'
import { brand, textIn } from '../../config/site.ts'
import { readAssets } from '../../lib/http/assets.ts'

const { PORT, SITE_URL, CSRF_TOKEN, FORM_ID, CAPTCHA_ID, OFFERS_PASSKEYS } = process.env
const t = translator('en')
const files = readAssets()
const app = express()
app.set('views', viewsDir)
app.set('view engine', 'ejs')
app.engine('ejs', (file, values, done) => {
  ejs.renderFile(file, values, { root: viewsDir, cache: true }, done)
})

app.get('/login', (_req, res) => {
  res.render('login', {
    view: 'login',
    brand,
    textIn,
    user: undefined,
    locale: 'en',
    locales: LOCALES,
    languageName,
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
    time: (date: Date) => timeElement('en', date),
    inWords: (seconds: number) => formatWait(t, seconds),
    wait: undefined,
    typed: {},
    errors: {},
    asset: (path: string) => files.get(path)?.address,
    parts: { links: [], styles: [], scripts: [] },
    captchaId: CAPTCHA_ID,
    offersPasskeys: OFFERS_PASSKEYS === 'true',
    focusOf: () => undefined,
  })
})
app.listen(Number(PORT), '127.0.0.1')
