// Basic authentication of a station, read from the bytes (RFC 7617, OCPP security profiles 1 and 2, traps T17, W10). Two
// things make it unlike a browser's: the user name may itself contain colons, so the known identity is looked for before
// the first colon is; and a 1.6 password is bytes, which stations send raw, as hexadecimal text, or as plain text.

import { readBase64, readHex, readUtf8, writeBase64, writeHex, writeUtf8 } from './octets.ts'

export type BasicReading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed'; readonly reason: string }
  | {
      readonly kind: 'present'
      readonly user: string
      /** Whether the user is the identity of the URL. */
      readonly userIsIdentity: boolean
      readonly password: Uint8Array
    }

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, i) => bytes[i] === byte)
}

const colon = 0x3a

/**
 * Reads an Authorization header.
 * @param header the header's value; undefined when there is none
 * @param identity the identity of the request's path, decoded
 * @returns absent also for an empty password, which stations send that have none set, and for other schemes than Basic
 */
export function readBasic(header: string | undefined, identity: string): BasicReading {
  if (header === undefined) return { kind: 'absent' }
  const match = /^\s*Basic\s+(\S+)\s*$/i.exec(header)
  if (match === null) {
    return /^\s*Basic\b/i.test(header)
      ? { kind: 'malformed', reason: 'the Authorization header has no single base64 value' }
      : { kind: 'absent' }
  }
  const bytes = readBase64(match[1]!)
  if (bytes === null) return { kind: 'malformed', reason: 'the Authorization header is not base64' }

  // Some stations put the identity into the user name as it stands in the URL, still encoded.
  for (const known of [identity, encodeURIComponent(identity.toWellFormed())]) {
    const prefix = writeUtf8(`${known}:`)
    if (startsWith(bytes, prefix)) return present(known, true, bytes.slice(prefix.length))
  }
  const end = bytes.indexOf(colon)
  if (end < 0) return { kind: 'malformed', reason: 'the credentials have no colon' }
  const user = readUtf8(bytes.subarray(0, end))
  if (user === null) return { kind: 'malformed', reason: 'the user name is not UTF-8' }
  // identifierString of 2.x has no case, so a station may spell itself in two ways.
  return present(user, user.toLowerCase() === identity.toLowerCase(), bytes.slice(end + 1))
}

function present(user: string, userIsIdentity: boolean, password: Uint8Array): BasicReading {
  return password.length === 0 ? { kind: 'absent' } : { kind: 'present', user, userIsIdentity, password }
}

/** How a station spells its password, as far as it differs from how its account has it. */
export type PasswordForm = 'asStored' | 'rawBytes' | 'hexText'

export interface PasswordCandidate {
  readonly form: PasswordForm
  readonly bytes: Uint8Array
}

/** A 1.6 AuthorizationKey of the whitepaper has 16 to 20 bytes; 32 digits and more are taken for one. */
const shortestKeyDigits = 32

/**
 * The one spelling under which a password is remembered: hexadecimal keys in lower case, everything else as it is.
 * @param password a password as an account has it, or as presented
 */
export function canonicalPassword(password: Uint8Array): Uint8Array {
  if (password.length < shortestKeyDigits || password.length % 2 === 1) return password
  let lower: Uint8Array | null = null
  for (let i = 0; i < password.length; i++) {
    const byte = password[i]!
    const isDigit = byte >= 0x30 && byte <= 0x39
    const isLower = byte >= 0x61 && byte <= 0x66
    const isUpper = byte >= 0x41 && byte <= 0x46
    if (!isDigit && !isLower && !isUpper) return password
    if (isUpper) {
      lower ??= password.slice()
      lower[i] = byte | 0x20
    }
  }
  return lower ?? password
}

/**
 * What a presented password may be in the spelling of an account.
 * @param presented the password's bytes as they came
 * @param v16 whether the station may speak 1.6; on 2.x only the text itself counts
 * @returns the candidates in the order in which they are tried, canonical, each once
 */
export function passwordCandidates(presented: Uint8Array, v16: boolean): PasswordCandidate[] {
  const candidates: PasswordCandidate[] = [{ form: 'asStored', bytes: canonicalPassword(presented) }]
  if (!v16) return candidates
  // The account has the key in hexadecimal, the station sends its bytes (what the whitepaper asks for).
  candidates.push({ form: 'rawBytes', bytes: canonicalPassword(writeUtf8(writeHex(presented))) })
  // The account has plain text, the station sends the hexadecimal text under which it was given it.
  const text = readUtf8(presented)
  const decoded = text === null ? null : readHex(text)
  if (decoded !== null) candidates.push({ form: 'hexText', bytes: canonicalPassword(decoded) })
  return candidates
}

/**
 * Writes the value of an Authorization header.
 * @param user user name; a colon in it is the reader's to deal with
 */
export function writeBasic(user: string, password: Uint8Array): string {
  const head = writeUtf8(`${user}:`)
  const all = new Uint8Array(head.length + password.length)
  all.set(head)
  all.set(password, head.length)
  return `Basic ${writeBase64(all)}`
}
