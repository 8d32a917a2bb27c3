// One row of a long list is the active one: `j` and `k`, arrows, Home, End and page keys move it, Enter opens it. The list
// itself has the focus and names its active row, because rows come and go while it scrolls.

import { type KeyboardEvent, useCallback, useRef } from 'react'

export interface RowsOptions {
  readonly count: number
  /** Index of the active row, -1 for none. */
  readonly active: number
  readonly onActive: (index: number) => void
  readonly onOpen: (index: number) => void
  /** Rows that fit on the page. */
  readonly pageSize: () => number
}

export interface Rows {
  readonly table: React.RefObject<HTMLTableElement | null>
  readonly move: (by: number) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

export function useRows(options: RowsOptions): Rows {
  const table = useRef<HTMLTableElement>(null)
  const held = useRef(options)
  held.current = options

  const go = useCallback((index: number) => {
    const { count, onActive } = held.current
    if (count === 0) return
    table.current?.focus({ preventScroll: true })
    onActive(Math.min(Math.max(0, index), count - 1))
  }, [])

  const move = useCallback((by: number) => go(held.current.active + by), [go])

  const onKeyDown = useCallback(
    (event: KeyboardEvent) => {
      // Keys in a link or button of a row belong to it.
      if (event.target !== table.current || event.ctrlKey || event.altKey || event.metaKey) return
      const { active, count, onOpen, pageSize } = held.current
      if (event.key === 'Enter' && active >= 0) onOpen(active)
      else {
        const target = targetOf(event.key, active, count, pageSize())
        if (target === null) return
        go(target)
      }
      event.preventDefault()
    },
    [go],
  )
  return { table, move, onKeyDown }
}

/** The row a key goes to from a row; null for keys that go nowhere. */
function targetOf(key: string, active: number, count: number, page: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return active + 1
    case 'ArrowUp':
      return active - 1
    case 'PageDown':
      return active + page
    case 'PageUp':
      return active - page
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
