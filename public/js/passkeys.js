// What passkeys need a script for: it asks the browser for one, and sends the answer by the page's own form.
const {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
  startRegistration,
} = globalThis.SimpleWebAuthnBrowser // of the script before this one, in views/partials/layout-top.ejs

const RENEW = 4 * 60 * 1000 // milliseconds: a challenge counts for five minutes

// Without a script there would be nothing behind these buttons, so pages come without them.
function prepare() {
  if (!browserSupportsWebAuthn()) return
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
    const optionsJSON = await optionsOf(form)
    const start = form.dataset.passkey === 'create' ? startRegistration : startAuthentication
    send(form, await start({ optionsJSON }))
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
  if (!form || !(await browserSupportsWebAuthnAutofill())) return
  renewing = setTimeout(wait, RENEW)
  try {
    const optionsJSON = await optionsOf(form)
    if (isPressed) return // a browser asks for one passkey at a time: this would put an end to what the button asks for
    send(form, await startAuthentication({ optionsJSON, useBrowserAutofill: true }))
  } catch {
    // The visitor chose another way.
  }
}
if (document.readyState === 'complete') void wait()
else window.addEventListener('load', () => void wait())
