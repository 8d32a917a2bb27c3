// What the page of stations shows, as it stands in the URL, so that a view can be pasted into a ticket.

export const chips = ['connected', 'away', 'charging', 'backend-down'] as const
export type Chip = (typeof chips)[number]

export const sortKeys = ['id', 'link', 'power', 'pending', 'seen'] as const
export type SortKey = (typeof sortKeys)[number]

/** The search part of the URL. Defaults are left out, so that a plain view has a plain URL. */
export interface FleetSearch {
  readonly q?: string
  /** Chips, separated by commas. */
  readonly show?: string
  /** A sort key, with `-` in front for the other way round. */
  readonly sort?: string
}

export interface FleetView {
  readonly text: string
  readonly chips: ReadonlySet<Chip>
  readonly sort: SortKey
  readonly isDescending: boolean
}

/** Reads a URL's search; what it does not know it leaves out. */
export function readFleetSearch(raw: Readonly<Record<string, unknown>>): FleetSearch {
  const view = viewOf({ ...text(raw, 'q'), ...text(raw, 'show'), ...text(raw, 'sort') })
  return writeFleetView(view)
}

function text(raw: Readonly<Record<string, unknown>>, name: 'q' | 'show' | 'sort'): FleetSearch {
  const value = raw[name]
  return typeof value === 'string' && value !== '' ? { [name]: value } : {}
}

export function viewOf(search: FleetSearch): FleetView {
  const asked = new Set((search.show ?? '').split(','))
  const sort = search.sort ?? 'id'
  const isDescending = sort.startsWith('-')
  const key = sortKeys.find((each) => each === sort.replace(/^-/, ''))
  return {
    text: search.q ?? '',
    chips: new Set(chips.filter((chip) => asked.has(chip))),
    sort: key ?? 'id',
    isDescending: key !== undefined && isDescending,
  }
}

export function writeFleetView(view: FleetView): FleetSearch {
  const show = chips.filter((chip) => view.chips.has(chip)).join(',')
  const sort = `${view.isDescending ? '-' : ''}${view.sort}`
  return {
    ...(view.text === '' ? {} : { q: view.text }),
    ...(show === '' ? {} : { show }),
    ...(sort === 'id' ? {} : { sort }),
  }
}
