// Whose mails a mail server refuses for good, so that they can be told on the account's page.
import { User } from '../user.ts'

/** Keep that mails to this address are refused, if it is still the user's own or the one it is to become. */
export async function noteRefusal(userId: string, address: string): Promise<void> {
  const isOfUser = [{ email: address }, { 'pendingEmail.address': address }]
  await User.updateOne({ _id: userId, $or: isOfUser }, { $set: { refusedEmail: address } })
}

/** Forget it: a mail to this address was taken. */
export async function forgetRefusal(userId: string, address: string): Promise<void> {
  await User.updateOne({ _id: userId, refusedEmail: address }, { $unset: { refusedEmail: 1 } })
}
