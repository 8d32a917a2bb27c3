// What the page of a station shows, as it stands in the URL.

import { readKinds } from '../timeline/timeline-filter.ts'

export interface StationSearch {
  /** Position of the entry whose details are open. */
  readonly entry?: number
  /** Kinds, separated by commas. */
  readonly kind?: string
  readonly q?: string
}

/** Reads a URL's search; what it does not know it leaves out. */
export function readStationSearch(raw: Readonly<Record<string, unknown>>): StationSearch {
  const { entry, kind, q } = raw
  const position = typeof entry === 'number' ? entry : /^\d{1,15}$/.test(String(entry)) ? Number(entry) : null
  const kinds = typeof kind === 'string' ? readKinds(kind).join(',') : ''
  return {
    ...(position === null ? {} : { entry: position }),
    ...(kinds === '' ? {} : { kind: kinds }),
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
  }
}
