// What a script adds to pages that work without it: a new picture in place, what was typed kept, a password in clear, local times, the session's end.

for (const link of document.querySelectorAll('[data-captcha]')) {
  link.addEventListener('click', (event) => {
    event.preventDefault()
    // The number only keeps the browser from showing the picture it has.
    link.querySelector('img').src = `/captcha?${Date.now()}`
    const input = document.getElementById('captcha')
    input.value = ''
    input.focus()
  })
}

for (const button of document.querySelectorAll('[data-reveal]')) {
  const input = document.getElementById(button.dataset.reveal)
  const show = button.textContent
  const set = (shown) => {
    input.type = shown ? 'text' : 'password'
    button.textContent = shown ? button.dataset.hide : show
  }
  button.hidden = false
  button.addEventListener('click', () => {
    set(input.type === 'password')
  })
  // Sent as a password again, so that no browser keeps it among what was typed into text fields.
  input.form.addEventListener('submit', () => {
    set(false)
  })
}

const format = new Intl.DateTimeFormat(document.documentElement.lang, {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})
for (const time of document.querySelectorAll('time[datetime]')) {
  time.textContent = format.format(new Date(time.dateTime))
}

// A page of a signed-in person that a browser kept whole, and shows again after sign-out, is asked for anew.
window.addEventListener('pageshow', (event) => {
  if (event.persisted && 'private' in document.body.dataset) location.reload()
})

// A page that is left open warns before its session ends, and asks the server once it is over: the answer is the sign-in page.
// Any page of this browser that is opened meanwhile prolongs the session, and tells the others.
const warning = document.querySelector('[data-over-in]')
if (warning) {
  const others = new BroadcastChannel('session')
  let timers = []
  let overAt
  const start = ({ warnIn, overIn }) => {
    timers.forEach(clearTimeout)
    warning.className = 'expiry-warning'
    timers = [after(warnIn, () => warning.classList.add('now')), after(overIn, leave)]
    overAt = Date.now() + overIn * 1000
  }
  // Not reload(), which would send a form again if this page is the answer to one.
  const leave = () => location.replace(warning.dataset.login)
  const times = { warnIn: Number(warning.dataset.warnIn), overIn: Number(warning.dataset.overIn) }
  others.addEventListener('message', ({ data }) => start(data))
  // The timers of a computer that slept come late.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && Date.now() > overAt) leave()
  })
  others.postMessage(times)
  start(times)
}

// What was typed stays when the form is loaded anew for another kind of captcha or another language. A password never does.
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
document.querySelector('.other-way a')?.addEventListener('click', keep)
document.querySelector('.languages')?.addEventListener('submit', keep)
const typed = JSON.parse(sessionStorage.getItem('typed'))
sessionStorage.removeItem('typed') // for this one page: the next person at this computer finds nothing
for (const [id, value] of typed?.path === location.pathname ? typed.values : []) {
  const input = document.getElementById(id)
  if (input) input[valueOf(input)] = value
}

// A browser's timer holds 2^31 milliseconds; a session that is kept for longer needs none.
function after(seconds, action) {
  return seconds * 1000 < 2 ** 31 ? setTimeout(action, seconds * 1000) : undefined
}
