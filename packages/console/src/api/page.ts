// Lists come in pages. A page names the cursor of the next one, null at the end.

import { type RequestOptions, request } from './http.ts'

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

/** Builds a query; what is undefined is left out. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined) search.set(name, String(value))
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

/** Items of a page as the API gives them at most. */
const LARGEST_PAGE = 1000
/** A list longer than this is cut: the page shows what it has, and its filter goes to the API in a later version. */
const MOST_PAGES = 20

/**
 * Reads a whole list, page by page.
 * @param path of the list, without a query
 */
export async function everyPage<Item>(path: string, options: RequestOptions): Promise<readonly Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await request<Page<Item>>(`${path}${query({ limit: LARGEST_PAGE, cursor })}`, options)
    items.push(...page.items)
    if (page.next === null) break
    cursor = page.next
  }
  return items
}
