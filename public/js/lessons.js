// What a script adds to lessons: panes that follow what happens, clocks that count down, the place that is kept, and keys for the projector.

const REFRESH = 2000 // milliseconds

const lesson = document.querySelector('[data-lesson]')
const panesOf = (root) => [...root.querySelectorAll('[data-refresh]')]
const last = new Map((lesson ? panesOf(lesson) : []).map((pane) => [pane.id, faceOf(pane)]))

// The content of a pane, without its clocks and without the state of its details, which change by themselves.
function faceOf(pane) {
  const copy = pane.cloneNode(true)
  for (const clock of copy.querySelectorAll('[data-until]')) clock.textContent = ''
  for (const details of copy.querySelectorAll('details')) details.open = false
  return copy.innerHTML
}

// Another tab or another visitor may have done something: the script loads the panes again and replaces those that changed.
async function refresh() {
  if (document.visibilityState !== 'visible') return
  const headers = { Accept: 'text/html', 'X-Refresh': 'panes' }
  const answer = await fetch(location.pathname, { headers })
  if (!answer.ok) return
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
  for (const pane of panesOf(lesson)) {
    const next = fresh.getElementById(pane.id)
    const face = next && faceOf(next)
    if (next && face !== last.get(pane.id)) {
      last.set(pane.id, face)
      exchange(pane, next)
    }
  }
}

// Open details stay open, and the keyboard focus stays where it was.
function exchange(pane, next) {
  const nameOf = (details) =>
    [details.closest('li')?.querySelector('.request'), details.querySelector('summary')]
      .map((one) => one?.textContent)
      .join(' ')
  const reachable = () => [...pane.querySelectorAll('summary, button, a, pre')]
  const open = new Set([...pane.querySelectorAll('details[open]')].map(nameOf))
  const focus = reachable().indexOf(document.activeElement)
  pane.replaceChildren(...next.childNodes)
  for (const details of pane.querySelectorAll('details')) details.open = open.has(nameOf(details))
  reachable()[focus]?.focus({ preventScroll: true })
}

function tick() {
  for (const clock of lesson.querySelectorAll('[data-until]')) {
    const left = Math.max(0, Math.round((new Date(clock.dataset.until) - Date.now()) / 1000))
    clock.textContent = clock.textContent.replace(/\d+/, left)
  }
}

// A button leads back to the lesson: on a desk its form is where it was, with what came of the press beside it.
const place = `place in ${location.pathname}`
const forms = () => [...lesson.querySelectorAll('#try form')]
const topOf = (form) => form.getBoundingClientRect().top
function keepPlace({ currentTarget }) {
  const kept = [forms().indexOf(currentTarget), topOf(currentTarget)]
  if (matchMedia('(min-width: 62rem)').matches) sessionStorage.setItem(place, JSON.stringify(kept))
}
function returnToPlace() {
  const [index, top] = JSON.parse(sessionStorage.getItem(place) ?? '[]')
  sessionStorage.removeItem(place)
  const form = forms()[index]
  if (form) scrollBy({ top: topOf(form) - top, behavior: 'instant' })
}

if (lesson) {
  for (const form of lesson.querySelectorAll('#try form'))
    form.addEventListener('submit', keepPlace)
  addEventListener('load', returnToPlace)
  setInterval(() => void refresh().catch(() => undefined), REFRESH)
  setInterval(tick, 1000)
}

// Document 1's client: it sends the form's fields as JSON and shows the answer as it is. Without a script the browser sends a form.
for (const form of document.querySelectorAll('form[data-json]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' }
    const body = JSON.stringify(Object.fromEntries(new FormData(form)))
    const shown = document.getElementById(form.dataset.json)
    fetch(form.action, { method: 'POST', headers, body })
      .then((answer) => answer.text())
      .then((text) => (shown.textContent = text))
      .then(() => loadPicturesAnew(form.parentElement))
      .then(refresh)
      .catch(() => form.submit())
  })
}

// An answer may have used the captcha up: the picture of the next one is shown.
function loadPicturesAnew(side) {
  for (const picture of side.querySelectorAll('img')) {
    picture.src = `${picture.src.replace(/\?.*/, '')}?again=${Date.now()}`
  }
}

// The projector's view: keys follow its links. A number chooses a pane, the arrows the next and the one before, 0 all.
const links = [...document.querySelectorAll('.panes a')].slice(0, -1) // the last one leaves this view
if (links.length > 0) {
  const isTyping = (target) => target.matches('input, select, textarea')
  const scrolls = (target) => target.matches('pre') && target.scrollWidth > target.clientWidth
  document.addEventListener('keydown', ({ key, target, altKey, ctrlKey, metaKey }) => {
    if (altKey || ctrlKey || metaKey || isTyping(target)) return
    const now = links.findIndex((link) => link.hasAttribute('aria-current'))
    if (/^[0-9]$/.test(key)) links[Number(key)]?.click()
    else if (scrolls(target)) return
    else if (key === 'ArrowRight') links[Math.min(now + 1, links.length - 1)].click()
    else if (key === 'ArrowLeft') links[Math.max(now - 1, 1)].click()
  })
}
