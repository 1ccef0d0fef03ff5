// The front end of the lesson: it asks a server on another origin for a captcha, and then whether the server still knows its answer.
const frontEnd = document.querySelector('[data-front-end]')

async function ask(server, credentials) {
  const address = `${frontEnd.dataset.frontEnd}/lessons/cross-origin/try/${server}`
  try {
    await fetch(`${address}/code`, { credentials })
    const answer = await fetch(`${address}/check`, { credentials })
    const { code } = await answer.json()
    const isKeptBack = code === 'undefined' && credentials === 'include' && isTravelling(server)
    return `req.session.code: ${code}${isKeptBack ? `. ${frontEnd.dataset.keptBack}` : ''}`
  } catch {
    return frontEnd.dataset.blocked // the browser does not say more to a script
  }
}

// The cookie is made to travel between sites: if it does not, this browser blocks third-party cookies.
function isTravelling(server) {
  return 'travelling' in document.getElementById(server).dataset
}

for (const button of frontEnd?.querySelectorAll('[data-ask]') ?? []) {
  button.hidden = false
  button.addEventListener('click', async () => {
    for (const output of button.parentElement.querySelectorAll('output')) {
      output.value = await ask(button.dataset.ask, output.dataset.credentials)
    }
  })
}
