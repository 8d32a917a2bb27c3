// Keys without a modifier, and pairs of them such as `g s`. None is needed to use the console, and all can be turned off,
// because single keys get in the way of those who speak to their computer (WCAG 2.1.4).

export type KeyMap = Readonly<Record<string, () => void>>

/** The second key of a pair has to come within this time. */
export const PAIR_MS = 1200

export interface Pressed {
  readonly key: string
  /** Ctrl, Alt or Meta is held: the key belongs to the browser. */
  readonly hasModifier: boolean
  /** It goes into a text field. */
  readonly isTyping: boolean
}

export interface KeyMemory {
  readonly prefix: string | null
  readonly at: number
}

export const noKeys: KeyMemory = { prefix: null, at: 0 }

export interface KeyOutcome {
  /** The name of what was pressed in a map, such as `/` or `g s`; null when it means nothing. */
  readonly name: string | null
  readonly memory: KeyMemory
}

/**
 * What a key press means.
 * @param known names that mean something at the moment
 * @param enabled whether single keys are on; Escape always works
 */
export function readKey(
  pressed: Pressed,
  memory: KeyMemory,
  now: number,
  known: (name: string) => boolean,
  enabled: boolean,
): KeyOutcome {
  const { key } = pressed
  if (key === 'Escape') return { name: known('Escape') ? 'Escape' : null, memory: noKeys }
  if (!enabled || pressed.hasModifier || pressed.isTyping || key.length !== 1) return { name: null, memory: noKeys }
  if (memory.prefix !== null && now - memory.at <= PAIR_MS) {
    const pair = `${memory.prefix} ${key}`
    if (known(pair)) return { name: pair, memory: noKeys }
  }
  if (key === 'g') return { name: null, memory: { prefix: 'g', at: now } }
  return { name: known(key) ? key : null, memory: noKeys }
}
