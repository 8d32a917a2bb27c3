// What the product says of itself: its version, as the package has it.

import { readFileSync } from 'node:fs'

/** The version of this Busbar, such as `0.1.0`. */
export function version(): string {
  const description: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return (description as { readonly version: string }).version
}
