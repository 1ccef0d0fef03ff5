// What a script adds to forms that work without it: it sends them in the background and shows a refusal in place, loads a new picture, shows a password, and keeps typed fields.

// A refused form comes back as the page that the browser would have loaded. Its main part takes the place of the old one, so
// the server alone decides what a refusal looks like; what it never sends back, the passwords, is put in again here.
let endBusy // undefined while nothing is being sent

document.addEventListener('submit', (event) => {
  const { target: form, submitter: button } = event
  // A password field again when the form is sent: browsers remember what was typed into text fields.
  form.querySelectorAll('[data-show]').forEach((input) => setShown(input, false))
  const isOfThisPage = form.action.split(/[?#]/)[0] === location.href.split(/[?#]/)[0]
  if (event.defaultPrevented || !form.elements.formId || !isOfThisPage) return
  if ('file' in form.dataset) return // the browser keeps the answer as a file
  event.preventDefault()
  if (!endBusy) void send(form, button)
})

async function send(form, button) {
  const { sending, unsent } = form.elements.formId.dataset
  const body = new URLSearchParams(new FormData(form, button))
  endBusy = showBusy(button ?? form.querySelector('[type=submit]'), sending)
  form.querySelector('[data-said]')?.remove()
  try {
    const headers = { Accept: 'text/html', 'X-Form': 'background' }
    const answer = await fetch(form.action, { method: 'POST', headers, body })
    const next = answer.redirected ? answer.url : answer.headers.get('Location')
    if (next !== null) return location.assign(next) // busy until the next page is there
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    endBusy()
    // A page without the form is about an accident, or too much at once: what was typed stays, and the sentence comes to it.
    if (answer.status === 404 || fresh.querySelector('main [name=formId]')) showRefusal(fresh)
    else say(form, fresh.querySelector('main h1 + p')?.textContent ?? unsent)
  } catch {
    endBusy()
    say(form, unsent)
  }
}

function showBusy(button, text) {
  const before = button.textContent
  button.setAttribute('aria-busy', 'true')
  button.textContent = text
  return () => {
    button.removeAttribute('aria-busy')
    button.textContent = before
    endBusy = undefined
  }
}

// A page that the browser kept whole and shows again has live buttons.
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) endBusy?.()
})

function showRefusal(fresh) {
  const passwords = new Map(passwordFields().map(({ id, value }) => [id, value]))
  document.title = fresh.title
  for (const part of ['body > header', 'main', 'body > footer']) {
    document.querySelector(part).replaceWith(fresh.querySelector(part))
  }
  for (const input of passwordFields()) {
    input.value = passwords.get(input.id) ?? ''
    if (input.value !== '') forgetHint(input, `${input.id}-again`)
  }
  prepare()
  document.dispatchEvent(new Event('refused'))
  const first = document.querySelector('main [aria-invalid=true]')
  ;(first ?? document.querySelector('main')).focus()
  if (first?.type === 'password') first.select()
  if (!first) scrollTo(0, 0) // what is new on the page begins there
}

// Nothing has to be typed again.
function forgetHint(input, id) {
  document.getElementById(id)?.remove()
  const others = input
    .getAttribute('aria-describedby')
    ?.split(' ')
    .filter((one) => one !== id)
  if (others) input.setAttribute('aria-describedby', others.join(' '))
}

function passwordFields() {
  return [...document.querySelectorAll('main [data-show]')]
}

// By public/js/passkeys.js, whose forms are sent only once a passkey has answered.
document.addEventListener('unsent', ({ target, detail }) => say(target, detail))

function say(form, sentence) {
  const icon = document.createElement('span')
  icon.className = 'icon'
  icon.role = 'img'
  icon.ariaLabel = (form.elements.formId ?? form).dataset.wrong
  const notice = document.createElement('p')
  notice.className = 'notice wrong'
  notice.role = 'alert'
  notice.dataset.said = ''
  notice.append(icon, sentence)
  form.prepend(notice)
  notice.scrollIntoView({ block: 'nearest' })
}

// Neither event of a picture reaches the document by itself.
document.addEventListener('load', ({ target }) => showWhich(target, true), true)
document.addEventListener('error', ({ target }) => showWhich(target, false), true)

// At the limit of pictures there is a sentence instead of a broken one.
function showWhich(picture, isThere) {
  if (picture.dataset?.failed === undefined) return
  picture.hidden = !isThere
  picture.nextElementSibling.hidden = isThere
}

document.addEventListener('click', ({ target }) => {
  if (target.matches('.reveal')) setShown(target.previousElementSibling)
  if (target.closest('.other-way, .languages button')) keep()
})
document.addEventListener('click', (event) => {
  const { target } = event
  if (!target.matches('[data-captcha], img[data-failed]')) return
  event.preventDefault()
  const picture = target.closest('.field').querySelector('img')
  // The number keeps the browser from showing the cached picture.
  picture.src = picture.src.replace(/(&again=.*)?$/, `&again=${Date.now()}`)
  const input = document.getElementById('captcha')
  input.value = ''
  input.focus()
})

function setShown(input, isShown = input.type === 'password') {
  const button = input.nextElementSibling
  input.type = isShown ? 'text' : 'password'
  button.textContent = isShown ? input.dataset.hide : input.dataset.show
  button.setAttribute('aria-label', `${button.textContent} ${input.labels[0].textContent}`)
}

// What a page without a script has no use for: a browser that knows no CSS would show it.
function prepare() {
  for (const input of passwordFields()) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'reveal'
    input.after(button)
    setShown(input, false)
  }
  for (const picture of document.querySelectorAll('img[data-failed]')) {
    const failed = document.createElement('p')
    failed.className = 'hint'
    failed.textContent = picture.dataset.failed
    picture.after(failed)
    showWhich(picture, !picture.complete || picture.naturalWidth > 0)
  }
  // For managers of passwords: whose the new one is.
  for (const input of document.querySelectorAll('[type=hidden][autocomplete=username]')) {
    input.type = 'text'
    input.hidden = true
    input.readOnly = true
  }
}
prepare()

// Keeps the typed fields when the form is loaded again for another kind of captcha or another language. A password is never kept.
const KEPT =
  'main input:is([autocomplete=username], [autocomplete=email], [name=remember]):not([readonly])'
const valueOf = (input) => (input.type === 'checkbox' ? 'checked' : 'value')
function keep() {
  const values = [...document.querySelectorAll(KEPT)].map((input) => [
    input.id,
    input[valueOf(input)],
  ])
  sessionStorage.setItem('typed', JSON.stringify({ path: location.pathname, values }))
}
const typed = JSON.parse(sessionStorage.getItem('typed'))
sessionStorage.removeItem('typed') // for this one page: the next person at this computer finds nothing
for (const [id, value] of typed?.path === location.pathname ? typed.values : []) {
  const input = document.getElementById(id)
  if (input) input[valueOf(input)] = value
}
