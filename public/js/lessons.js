// What a script adds to lessons: panes that follow what happens, clocks that count down, and one pane at a time for the projector.

const REFRESH = 2000 // milliseconds

const lesson = document.querySelector('[data-lesson]')

// Another tab, or the person beside, may have done something: the panes are asked for anew and exchanged where they changed.
async function refresh() {
  if (document.visibilityState !== 'visible') return
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
  if (!answer.ok) return
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
  for (const pane of lesson.querySelectorAll('[data-refresh]')) {
    const next = fresh.getElementById(pane.id)
    if (!next || next.textContent.replace(/\d+ \S+/g, '') === pane.dataset.last) continue
    const open = [...pane.querySelectorAll('details')].map(({ open }) => open)
    pane.dataset.last = next.textContent.replace(/\d+ \S+/g, '')
    pane.replaceChildren(...next.childNodes)
    pane.querySelectorAll('details').forEach((one, index) => {
      one.open = open[index] ?? false
    })
  }
}

function tick() {
  for (const clock of lesson.querySelectorAll('[data-until]')) {
    const left = Math.max(0, Math.round((new Date(clock.dataset.until) - Date.now()) / 1000))
    clock.textContent = clock.textContent.replace(/\d+/, left)
  }
}

if (lesson) {
  setInterval(() => void refresh().catch(() => undefined), REFRESH)
  setInterval(tick, 1000)
}

// Document 1's client: the form's fields as JSON, and what comes back shown as it is. Without a script it is sent as a form.
for (const form of document.querySelectorAll('form[data-json]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' }
    const body = JSON.stringify(Object.fromEntries(new FormData(form)))
    const shown = document.getElementById(form.dataset.json)
    fetch(form.action, { method: 'POST', headers, body })
      .then((answer) => answer.text())
      .then((text) => (shown.textContent = text))
      .then(refresh)
      .catch(() => form.submit())
  })
}

// The projector's view: the number keys choose a pane, the arrows go to the next and the one before, 0 shows all.
if (lesson?.classList.contains('projector')) {
  const panes = [...lesson.querySelectorAll('.pane')]
  const show = (index) => {
    const current = panes[index]
    lesson.classList.toggle('one-pane', current !== undefined)
    panes.forEach((pane) => pane.classList.toggle('current', pane === current))
    ;(current ?? lesson).scrollIntoView()
  }
  document.addEventListener('keydown', ({ key, target }) => {
    if (target.matches('input, select, textarea')) return
    const now = panes.findIndex((pane) => pane.classList.contains('current'))
    if (/^[0-9]$/.test(key)) show(Number(key) - 1)
    else if (key === 'ArrowRight') show(Math.min(now + 1, panes.length - 1))
    else if (key === 'ArrowLeft') show(Math.max(now - 1, 0))
  })
}
