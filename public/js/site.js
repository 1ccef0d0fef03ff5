// What a script adds to pages that work without it: a new picture in place, a password in clear, times by the visitor's clock.

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
