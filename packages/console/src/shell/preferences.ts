// What a person sets for this browser: the colour scheme, and whether single keys do something. Kept in the browser; where
// that is not allowed, until the page is closed.

import { useSyncExternalStore } from 'react'

/** A value that is kept in this browser. */
export class Preference<Value extends string> {
  readonly #key: string
  readonly #values: readonly Value[]
  readonly #listeners = new Set<() => void>()
  #value: Value

  constructor(name: string, values: readonly [Value, ...Value[]]) {
    this.#key = `busbar.${name}`
    this.#values = values
    this.#value = this.#read() ?? values[0]
  }

  readonly get = (): Value => this.#value

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  set(value: Value): void {
    this.#value = value
    try {
      localStorage.setItem(this.#key, value)
    } catch {
      // A browser that keeps nothing for us; the value holds while the page is open.
    }
    for (const listener of this.#listeners) listener()
  }

  #read(): Value | null {
    try {
      const kept = localStorage.getItem(this.#key)
      return this.#values.find((value) => value === kept) ?? null
    } catch {
      // As above.
      return null
    }
  }
}

export const theme = new Preference('theme', ['system', 'light', 'dark'])
export const singleKeys = new Preference('keys', ['on', 'off'])
export const timelineOrder = new Preference('timelineOrder', ['newestFirst', 'newestLast'])
export const stationNow = new Preference('stationNow', ['open', 'folded'])
export const rawView = new Preference('rawView', ['pretty', 'raw'])

export const keysEnabled = { get: () => singleKeys.get() === 'on' }

/** A preference as a part of a page. */
export function usePreference<Value extends string>(preference: Preference<Value>): Value {
  return useSyncExternalStore(preference.subscribe, preference.get)
}

/** Applies the colour scheme, now and whenever it is changed. */
export function applyTheme(): void {
  const apply = () => {
    const value = theme.get()
    if (value === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = value
  }
  apply()
  theme.subscribe(apply)
}
