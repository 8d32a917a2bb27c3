// Which transaction ids name a transaction. In 1.6 a backend gives an integer, and some give 0 or stations make up -1,
// which name none (OCPP 1.6 errata 3.18 and 3.54, trap W3); a number beyond what JSON readers keep exactly, such as
// 9223372036854775807, stands for "unknown" in the stations that send it.

/**
 * The id as a text, or null when it names nothing.
 * @param value as it stood in a payload; some stations write the number as a text
 */
export function transactionIdOf(value: unknown): string | null {
  const number = typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? String(number) : null
}
