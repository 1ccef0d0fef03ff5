// What a script adds to pages that work without it: it loads a new picture, shows a password, keeps typed fields, shows local times, and warns before the session ends.

for (const link of document.querySelectorAll('[data-captcha]')) {
  const picture = link.closest('.field').querySelector('img')
  // At the limit of pictures there is a sentence instead of a broken one.
  const failed = document.createElement('p')
  failed.className = 'hint'
  failed.textContent = picture.dataset.failed
  failed.hidden = true
  picture.after(failed)
  const showWhich = (isThere) => {
    picture.hidden = !isThere
    failed.hidden = isThere
  }
  picture.addEventListener('load', () => showWhich(true))
  picture.addEventListener('error', () => showWhich(false))
  if (picture.complete && picture.naturalWidth === 0) showWhich(false)
  picture.addEventListener('click', () => link.click())
  link.addEventListener('click', (event) => {
    event.preventDefault()
    // The number keeps the browser from showing the cached picture.
    picture.src = picture.src.replace(/(&again=.*)?$/, `&again=${Date.now()}`)
    const input = document.getElementById('captcha')
    input.value = ''
    input.focus()
  })
}

for (const input of document.querySelectorAll('[data-show]')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'reveal'
  const set = (shown) => {
    input.type = shown ? 'text' : 'password'
    button.textContent = shown ? input.dataset.hide : input.dataset.show
    button.setAttribute('aria-label', `${button.textContent} ${input.labels[0].textContent}`)
  }
  set(false)
  input.after(button)
  button.addEventListener('click', () => set(input.type === 'password'))
  // A password field again when the form is sent: browsers remember what was typed into text fields.
  input.form.addEventListener('submit', () => set(false))
}

for (const input of document.querySelectorAll('[type=hidden][autocomplete=username]')) {
  input.type = 'text'
  input.hidden = true
  input.readOnly = true
}

const format = new Intl.DateTimeFormat(document.documentElement.lang, {
  dateStyle: 'long',
  timeStyle: 'short',
  hourCycle: 'h23',
})
for (const time of document.querySelectorAll('time[datetime]')) {
  time.textContent = format.format(new Date(time.dateTime))
}

// A browser may keep a member's whole page and show it again after the sign-out: then it is loaded again.
window.addEventListener('pageshow', (event) => {
  if (event.persisted && 'private' in document.body.dataset) location.reload()
})

// An open page warns before its session ends, and loads the sign-in page after the end.
// If the visitor opens another page meanwhile, that prolongs the session, and the new page tells the open ones.
const warning = document.querySelector('[data-over-in]')
if (warning) {
  const others = new BroadcastChannel('session')
  let timers = []
  let overAt
  for (const one of warning.querySelectorAll('[data-text]')) one.textContent = one.dataset.text
  const start = ({ warnIn, overIn }) => {
    timers.forEach(clearTimeout)
    warning.className = 'expiry-warning'
    timers = [after(warnIn, () => warning.classList.add('now')), after(overIn, leave)]
    overAt = Date.now() + overIn * 1000
  }
  // Not reload(), which would send the form again if this page is the answer to one.
  const leave = () => location.replace(warning.dataset.login)
  const times = { warnIn: Number(warning.dataset.warnIn), overIn: Number(warning.dataset.overIn) }
  others.addEventListener('message', ({ data }) => start(data))
  // Timers fire late on a computer that slept.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && Date.now() > overAt) leave()
  })
  others.postMessage(times)
  start(times)
}

// Keeps the typed fields when the form is loaded again for another kind of captcha or another language. A password is never kept.
const KEPT =
  'main input:is([autocomplete=username], [autocomplete=email], [name=remember]):not([readonly])'
const valueOf = (input) => (input.type === 'checkbox' ? 'checked' : 'value')
const keep = () => {
  const values = [...document.querySelectorAll(KEPT)].map((input) => [
    input.id,
    input[valueOf(input)],
  ])
  sessionStorage.setItem('typed', JSON.stringify({ path: location.pathname, values }))
}
document.querySelector('.other-way')?.addEventListener('click', keep)
document.querySelector('.languages')?.addEventListener('submit', keep)
const typed = JSON.parse(sessionStorage.getItem('typed'))
sessionStorage.removeItem('typed') // for this one page: the next person at this computer finds nothing
for (const [id, value] of typed?.path === location.pathname ? typed.values : []) {
  const input = document.getElementById(id)
  if (input) input[valueOf(input)] = value
}

// A browser's timer holds at most 2^31 milliseconds; a longer session needs no timer.
function after(seconds, action) {
  return seconds * 1000 < 2 ** 31 ? setTimeout(action, seconds * 1000) : undefined
}
