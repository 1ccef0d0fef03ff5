// What a script adds to pages that work without it: it shows local times, and warns before the session ends. Forms have a script of their own.

const format = new Intl.DateTimeFormat(document.documentElement.lang, {
  dateStyle: 'long',
  timeStyle: 'short',
  hourCycle: 'h23',
})
function showLocalTimes() {
  for (const time of document.querySelectorAll('time[datetime]')) {
    time.textContent = format.format(new Date(time.dateTime))
  }
}
showLocalTimes()
document.addEventListener('refused', showLocalTimes) // by public/js/forms.js

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
  const showWords = () => {
    for (const one of warning.querySelectorAll('[data-text]')) one.textContent = one.dataset.text
  }
  showWords()
  const start = ({ warnIn, overIn }) => {
    timers.forEach(clearTimeout)
    warning.className = 'expiry-warning'
    timers = [after(warnIn, () => warning.classList.add('now')), after(overIn, leave)]
    overAt = Date.now() + overIn * 1000
  }
  // Not reload(), which would send the form again if this page is the answer to one.
  const leave = () => location.replace(warning.dataset.login)
  const tell = ({ dataset }) => {
    const times = { warnIn: Number(dataset.warnIn), overIn: Number(dataset.overIn) }
    others.postMessage(times)
    start(times)
  }
  // In the background, so that nothing typed is lost. The answer is the page as it would be loaded, with the new times in it.
  const stay = async ({ href }) => {
    const answer = await fetch(href, { headers: { Accept: 'text/html' }, redirect: 'manual' })
    if (answer.type === 'opaqueredirect') return leave() // the session is over
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.querySelector('[data-over-in]')
    if (!fresh) throw new Error(answer.statusText)
    warning.replaceChildren(...fresh.childNodes)
    showWords()
    tell(fresh)
  }
  warning.addEventListener('click', (event) => {
    const link = event.target.closest('a')
    if (!link) return
    event.preventDefault()
    stay(link).catch(() => {
      warning.querySelector('[role=status]').textContent = warning.dataset.failed
    })
  })
  others.addEventListener('message', ({ data }) => start(data))
  // Timers fire late on a computer that slept.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && Date.now() > overAt) leave()
  })
  tell(warning)
}

// A browser's timer holds at most 2^31 milliseconds; a longer session needs no timer.
function after(seconds, action) {
  return seconds * 1000 < 2 ** 31 ? setTimeout(action, seconds * 1000) : undefined
}
