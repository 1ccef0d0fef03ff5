// The numbers that a rule and the sentence explaining it share, so that neither can drift.
export const limits = {
  usernameMin: 3,
  usernameMax: 32,
  emailMax: 254, // RFC 5321: the longest address a mail system has to carry
  passwordMin: 8, // NIST SP 800-63B-4 and ASVS 6.2.1: never below eight
  passwordMax: 256, // far above the 64 that ASVS 6.2.9 asks for, low enough to hash at once
  captchaLength: 5,
  captchaMinutes: 10,
  bodyBytes: 16 * 1024,
  nextMax: 2048,
} as const
