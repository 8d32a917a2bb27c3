// JSON that means the same and looks different: what a broker must pass on to the byte, because a parser that reads and
// writes it again gives other bytes (and for large numbers another value).

import type { StationBehaviour } from '../actors/station-state.ts'

const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}[\],:]|true|false|null/g

/** White space between tokens, escapes in values that need none, and numbers written as `32.0`. */
export const oddJson: StationBehaviour = (traits) => ({ ...traits, rewrite: (text) => spread(traits.rewrite(text)) })

/**
 * Adds `customData` with an integer that no double can hold to what the station sends by itself. For 2.x only, where
 * customData may carry anything; 1.6 has no such place.
 */
export const hugeNumbers: StationBehaviour = (traits) => ({
  ...traits,
  rewrite: (text) => {
    const rewritten = traits.rewrite(text)
    if (!rewritten.startsWith('[2,') || !rewritten.endsWith('}]')) return rewritten
    const custom = '"customData":{"vendorId":"odd","counter":9223372036854775807}'
    return `${rewritten.slice(0, -2)}${rewritten.endsWith('{}]') ? '' : ','}${custom}}]`
  },
})

function spread(text: string): string {
  let depth = 0
  let element = 0
  const written: string[] = []
  const found = text.match(tokens) ?? []
  found.forEach((token, index) => {
    if (token === '[' || token === '{') depth += 1
    if (token === ']' || token === '}') depth -= 1
    if (token === ',' && depth === 1) element += 1
    const isKey = found[index + 1] === ':'
    // The envelope's own elements (type, id, action) stay as they are written: oddity there is another behaviour.
    const inPayload = element >= 2 && depth > 1
    written.push(inPayload && !isKey ? odd(token) : token)
    if (token === ',' || token === ':') written.push(token === ',' ? '\n\t' : ' ')
  })
  return ` ${written.join('')} `
}

function odd(token: string): string {
  if (/^-?\d+$/.test(token)) return `${token}.0`
  if (!token.startsWith('"') || token.length === 2) return token
  const first = token[1] as string
  const escaped = first === '\\' ? first : `\\u${first.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `"${escaped}${token.slice(2).replace(/(?<!\\)\//g, '\\/')}`
}
