// Any script on this page, even one that an attacker planted, can do this: read every cookie that is not HttpOnly.
const names = document.cookie
  .split('; ')
  .map((pair) => pair.split('=')[0])
  .filter(Boolean)

for (const one of document.querySelectorAll('[data-script-reads]')) {
  one.querySelector('code').textContent = names.join(', ') || '–'
  one.hidden = false
}
