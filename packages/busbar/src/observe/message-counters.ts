// Counting every frame must cost nothing that a profile would show. A count is two look-ups and an addition into plain
// numbers; labels become text only when somebody scrapes. Actions come from the wire, so only names that OCPP knows get a
// row of their own and all others share one: nobody can fill our memory by inventing actions (rule MO2).

import { actionsOf } from '@busbar/ocpp/actions.ts'
import { subprotocols } from '@busbar/ocpp/versions.ts'

export type Direction = 'in' | 'out'

/**
 * What a message was, or what became of it. call, result, error, resultError, send: passed on, by its type. notPassed: it
 * has no readable envelope, answers nothing, or is of a type its version does not have.
 */
export type MessageResult = 'call' | 'result' | 'error' | 'resultError' | 'send' | 'notPassed'

const results: readonly MessageResult[] = ['call', 'result', 'error', 'resultError', 'send', 'notPassed']
const columnOf: Readonly<Record<MessageResult, number>> = {
  call: 0,
  result: 1,
  error: 2,
  resultError: 3,
  send: 4,
  notPassed: 5,
}

/** The label of actions OCPP does not know, and of messages without one. */
export const OTHER_ACTION = 'other'

/** Every action of every version. */
export const knownActions: ReadonlySet<string> = new Set(
  subprotocols.flatMap((version) => {
    const { station, backend, both, send } = actionsOf(version)
    return [...station, ...backend, ...both, ...send]
  }),
)

/** Legs are the station side and configured backends; more than this is not a configuration. */
const MAX_LEGS = 1000

type Rows = Map<string, number[]>

interface Leg {
  readonly in: Rows
  readonly out: Rows
}

/** One series as it is scraped. */
export interface CountedMessages {
  readonly leg: string
  readonly direction: Direction
  readonly action: string
  readonly result: MessageResult
  readonly count: number
}

export class MessageCounters {
  readonly #legs = new Map<string, Leg>()

  /**
   * Counts one message.
   * @param leg `station`, or the name of a backend
   * @param direction as Busbar sees it
   * @param action null where none could be read
   */
  count(leg: string, direction: Direction, action: string | null, result: MessageResult): void {
    const rows = (this.#legs.get(leg) ?? this.#newLeg(leg))[direction]
    const row = (action === null ? undefined : rows.get(action)) ?? newRow(rows, action)
    const column = columnOf[result]
    row[column] = (row[column] ?? 0) + 1
  }

  /** Every series that was counted at least once. */
  *series(): Generator<CountedMessages> {
    for (const [leg, directions] of this.#legs) {
      for (const direction of ['in', 'out'] as const) {
        for (const [action, row] of directions[direction]) {
          for (const result of results) {
            const count = row[columnOf[result]] ?? 0
            if (count > 0) yield { leg, direction, action, result, count }
          }
        }
      }
    }
  }

  #newLeg(leg: string): Leg {
    const name = this.#legs.size < MAX_LEGS ? leg : 'other'
    const present = this.#legs.get(name)
    if (present !== undefined) return present
    const made: Leg = { in: new Map(), out: new Map() }
    this.#legs.set(name, made)
    return made
  }
}

function newRow(rows: Rows, action: string | null): number[] {
  const name = action !== null && knownActions.has(action) ? action : OTHER_ACTION
  const present = rows.get(name)
  if (present !== undefined) return present
  const made = [0, 0, 0, 0, 0, 0]
  rows.set(name, made)
  return made
}
