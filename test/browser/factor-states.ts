// The pages about an authenticator app and passkeys in every state that looks different, and the page of "this wasn't me".
import type { Page } from 'playwright-core'
import { codeAt } from '../../lib/totp.ts'
import { addAuthenticator } from './authenticator.ts'
import { fill, follow, followMail, submit } from './steps.ts'

/** The states of the pages about an app and passkeys, of somebody who has just signed in. The account keeps both. */
export async function* factorStates(page: Page): AsyncGenerator<string> {
  await page.goto('/account/two-factor')
  yield 'account/two-factor, off'

  await submit(page)
  yield 'account/two-factor, begun'

  const secret = (await page.locator('.key').innerText()).replaceAll(' ', '')
  await submit(page)
  yield 'account/two-factor, refused'

  await fill(page, { code: codeAt(secret) })
  await submit(page)
  yield 'account/two-factor/recovery-codes, new ones'

  for (const one of ['two-factor', 'two-factor/recovery-codes', 'two-factor/off', 'passkeys']) {
    await page.goto(`/account/${one}`)
    yield `account/${one}, with an app`
  }

  await addPasskey(page)
  yield 'account/passkeys, with one'

  await follow(page, () => page.locator('.places a').click())
  yield 'account/passkeys/:id'

  await page.goto('/account/password/remove')
  yield 'account/password/remove'

  await page.goto('/dev/mail')
  await followMail(page)
  yield 'account/not-me/:token'

  await page.goto('/account/not-me/no-such-token')
  yield 'account/not-me/:token, gone'
}

/** Add a passkey of an authenticator that is gone again afterwards: it would sign in by itself on the page for that. */
async function addPasskey(page: Page): Promise<void> {
  const authenticator = await addAuthenticator(page)
  await follow(page, () => page.locator('[data-passkey=create] button').click())
  await authenticator.remove()
}
