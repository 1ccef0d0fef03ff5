// What any script on this page can do, also one that somebody smuggled in: read every cookie that is not HttpOnly.
const names = document.cookie
  .split('; ')
  .map((pair) => pair.split('=')[0])
  .filter(Boolean)

for (const one of document.querySelectorAll('[data-script-reads]')) {
  one.querySelector('code').textContent = names.join(', ') || '–'
  one.hidden = false
}
