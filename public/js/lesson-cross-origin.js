// The front end of the lesson: it asks a server on another origin for a captcha, and then whether the server still knows its answer.
const frontEnd = document.querySelector('[data-front-end]')

async function ask(server, credentials) {
  const address = `${frontEnd.dataset.frontEnd}/lessons/cross-origin/try/${server}`
  try {
    await fetch(`${address}/code`, { credentials })
    const answer = await fetch(`${address}/check`, { credentials })
    return `req.session.code: ${(await answer.json()).code}`
  } catch {
    return frontEnd.dataset.blocked // the browser does not say more to a script
  }
}

for (const button of frontEnd?.querySelectorAll('[data-ask]') ?? []) {
  button.hidden = false
  button.addEventListener('click', async () => {
    for (const output of button.parentElement.querySelectorAll('output')) {
      output.value = await ask(button.dataset.ask, output.dataset.credentials)
    }
  })
}
