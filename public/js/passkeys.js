// What passkeys need a script for: it asks the browser for one, and sends the answer by the page's own form.
const RENEW = 4 * 60 * 1000 // milliseconds: a challenge counts for five minutes

// Without a script there would be nothing behind these buttons, so pages come without them; nor in a browser of before 2025,
// which can't read the site's words for what it is to ask.
const isAble = 'parseRequestOptionsFromJSON' in (globalThis.PublicKeyCredential ?? {})
function prepare() {
  if (!isAble) return
  for (const sentence of document.querySelectorAll('[data-needs-script]')) sentence.remove()
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const button = document.createElement('button')
    button.type = 'submit'
    button.className = 'secondary'
    button.textContent = form.dataset.label
    form.append(button)
  }
  for (const { dataset } of document.querySelectorAll('[data-signals]')) {
    for (const [signal, details] of Object.entries(JSON.parse(dataset.signals))) {
      PublicKeyCredential[signal]?.(details).catch(() => undefined) // few browsers listen so far
    }
  }
}
prepare()
document.addEventListener('refused', prepare) // by public/js/forms.js

// In the capturing phase, before public/js/forms.js sends the form: first there has to be something to send.
document.addEventListener(
  'submit',
  (event) => {
    const { target: form } = event
    if (!form.matches('[data-passkey]') || form.elements.credential.value !== '') return
    event.preventDefault()
    event.stopImmediatePropagation()
    void answer(form)
  },
  true,
)

let isPressed = false

async function answer(form) {
  isPressed = true
  form.querySelector('[data-said]')?.remove()
  try {
    send(form, await ask(form, await optionsOf(form)))
  } catch {
    // Shown by public/js/forms.js, which every page has.
    form.dispatchEvent(new CustomEvent('unsent', { bubbles: true, detail: form.dataset.failed }))
    void wait() // the browser has put an end to what it offered meanwhile
  } finally {
    isPressed = false // also where the site refuses what is sent: the page stays, and offers them on
  }
}

async function optionsOf({ dataset }) {
  if (dataset.options) return JSON.parse(dataset.options)
  const answer = await fetch(dataset.from, { headers: { Accept: 'application/json' } })
  return (await answer.json()).options
}

// A browser asks for one passkey at a time: what it offers in the field ends where the button asks.
let asked
function ask(form, options, mediation) {
  asked?.abort()
  asked = new AbortController()
  const { signal } = asked
  if (form.dataset.passkey === 'create') {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
    return navigator.credentials.create({ publicKey, signal })
  } else {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
    return navigator.credentials.get({ publicKey, signal, mediation })
  }
}

function send(form, credential) {
  const { elements } = form
  const remember = document.getElementById('remember')
  if (elements.remember && remember) elements.remember.value = remember.checked ? 'on' : ''
  elements.credential.value = JSON.stringify(credential)
  form.requestSubmit()
  elements.credential.value = '' // the next press asks for another one
}

// In the field of the name the browser offers the passkeys that it has. Not before all pictures are there: of a visitor without
// a session the picture's captcha and the challenge would begin two, and one of them would be lost.
let renewing
async function wait() {
  const form = document.querySelector('form[data-from]')
  clearTimeout(renewing)
  if (!isAble || !form || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return
  renewing = setTimeout(wait, RENEW)
  try {
    const options = await optionsOf(form)
    if (isPressed) return // this would put an end to what the button asks for
    send(form, await ask(form, options, 'conditional'))
  } catch {
    // The visitor chose another way.
  }
}
if (document.readyState === 'complete') void wait()
else window.addEventListener('load', () => void wait())

export {} // a module: its names are its own
