// Passwords for stations whose operator names none: long enough that nobody guesses one, and of characters that no
// keypad, label or vendor tool confuses.

import { randomInt } from 'node:crypto'

/** Letters and digits without 0, O, 1, I and l. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** What a 1.6 station must be able to store: 16 to 20 bytes. 20 of these characters carry 116 bits. */
const LENGTH = 20

/** A new password. */
export function makePassword(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}
