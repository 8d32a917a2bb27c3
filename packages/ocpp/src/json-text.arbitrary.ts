// JSON texts as stations really write them, for property tests: numbers that a re-serialiser would spoil, letters escaped
// without need, names that repeat, white space anywhere. Texts, not values: what matters here is how a value is spelt.

import fc from 'fast-check'

/** White space that JSON allows between tokens, mostly none. */
export const space: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 }) },
)

const oddNumbers = [
  '1e2',
  '32.0',
  '9223372036854775807',
  '-0',
  '0',
  '1E+400',
  '-1.50',
  '0.1e-7',
  '12345678901234567890',
]

/** A JSON number as text. */
export const numberToken: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...oddNumbers),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
)

const shortEscapes: Readonly<Record<string, string>> = {
  '/': '\\/',
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
}

function spell(unit: string, how: number): string {
  const code = unit.charCodeAt(0)
  if (how === 1) return `\\u${code.toString(16).padStart(4, '0')}`
  if (how === 2) return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
  if (how === 3 && shortEscapes[unit] !== undefined) return shortEscapes[unit]
  return JSON.stringify(unit).slice(1, -1)
}

/** Characters that make trouble in a scanner, and some that do not. */
const unit = fc.oneof(
  fc.constantFrom(
    '"',
    '\\',
    '/',
    'u',
    'n',
    '0',
    '5',
    'c',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    ' ',
    '\n',
    'é',
    '\ud83d',
    '\ude00',
  ),
  fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme-ascii' }),
)

/** A JSON string as text, quotes included; its letters are escaped or not, as chance has it. */
export const stringToken: fc.Arbitrary<string> = fc
  .array(fc.tuple(unit, fc.nat(4)), { maxLength: 12 })
  .map((letters) => `"${letters.map(([letter, how]) => spell(letter, how)).join('')}"`)

/** Any JSON value as text. */
export const valueToken: fc.Arbitrary<string> = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    numberToken,
    stringToken,
    fc.constantFrom('true', 'false', 'null'),
    tie('list'),
    tie('object'),
  ),
  list: fc
    .array(fc.tuple(space, tie('value'), space), { maxLength: 4 })
    .map((items) => `[${items.map((parts) => parts.join('')).join(',')}]`),
  object: fc
    .array(fc.tuple(space, fc.oneof(stringToken, fc.constant('"same"')), space, space, tie('value'), space), {
      maxLength: 4,
    })
    .map((rows) => `{${rows.map(([a, name, b, c, value, d]) => `${a}${name}${b}:${c}${value}${d}`).join(',')}}`),
})).value

/** A readable message in three parts, so that a test knows where the id stands. */
export interface WrittenFrame {
  readonly before: string
  readonly idToken: string
  readonly after: string
  /** The tokens behind the id. */
  readonly rest: readonly string[]
  readonly type: 2 | 3 | 4 | 5 | 6
}

/** Messages with a readable envelope, too few and too many elements included. */
export const writtenFrame: fc.Arbitrary<WrittenFrame> = fc
  .record({
    type: fc.constantFrom(2 as const, 3 as const, 4 as const, 5 as const, 6 as const),
    idToken: fc.oneof(stringToken, numberToken),
    action: fc.oneof(fc.constant('"MeterValues"'), stringToken).filter((token) => token !== '""'),
    rest: fc.array(valueToken, { maxLength: 4 }),
    spaces: fc.array(space, { minLength: 6, maxLength: 6 }),
  })
  .map(({ type, idToken, action, rest, spaces }) => {
    const tokens = type === 2 || type === 6 ? [action, ...rest] : rest
    return {
      type,
      idToken,
      rest: tokens,
      before: `${spaces[0]}[${spaces[1]}${type}${spaces[2]},${spaces[3]}`,
      after: `${tokens.map((token) => `${spaces[4]},${spaces[5]}${token}`).join('')}${spaces[1]}]${spaces[2]}`,
    }
  })
