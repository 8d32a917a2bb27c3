// Bytes and their spellings. A password of OCPP 1.6 is bytes that need not be text, so credentials are read as bytes and
// never pass through a string on the way (ocpp-j 1.6 security whitepaper, profile 1).

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

const base64Values: ReadonlyMap<number, number> = new Map<number, number>([
  ...Array.from(base64Alphabet, (letter, value): [number, number] => [letter.charCodeAt(0), value]),
  // Some stations use the URL-safe letters.
  ['-'.charCodeAt(0), 62],
  ['_'.charCodeAt(0), 63],
])

/**
 * Reads base64, padded or not.
 * @returns null when a character does not belong there or the length is impossible
 */
export function readBase64(text: string): Uint8Array | null {
  let end = text.length
  while (end > 0 && text[end - 1] === '=') end--
  if (text.length - end > 2 || end % 4 === 1) return null
  const bytes = new Uint8Array(Math.floor((end * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (let i = 0; i < end; i++) {
    const value = base64Values.get(text.charCodeAt(i))
    if (value === undefined) return null
    held = (held << 6) | value
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 0xff
    }
  }
  return bytes
}

/** Writes padded base64. */
export function writeBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += base64Alphabet[word >> 18]! + base64Alphabet[(word >> 12) & 63]!
    text += left > 1 ? base64Alphabet[(word >> 6) & 63]! : '='
    text += left > 2 ? base64Alphabet[word & 63]! : '='
  }
  return text
}

/** The UTF-8 bytes of a text; a lone surrogate becomes U+FFFD. */
export function writeUtf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (const letter of text) {
    let point = letter.codePointAt(0)!
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63))
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63))
    else {
      bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63))
    }
  }
  return Uint8Array.from(bytes)
}

/**
 * Reads UTF-8.
 * @returns null when the bytes are not valid UTF-8
 */
export function readUtf8(bytes: Uint8Array): string | null {
  let escaped = ''
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, '0')}`
  try {
    return decodeURIComponent(escaped)
  } catch {
    return null
  }
}

/** Lower-case hexadecimal digits of bytes. */
export function writeHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/**
 * Reads hexadecimal digits of either case.
 * @returns null when the text is empty, of odd length or not hexadecimal
 */
export function readHex(text: string): Uint8Array | null {
  if (text.length === 0 || text.length % 2 === 1 || !/^[0-9a-fA-F]+$/.test(text)) return null
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** Whether two byte strings are equal; not for secrets, it stops at the first difference. */
export function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
