// The one open call towards a station. Commands come from several origins (the primary, the API, later other backends and
// the energy controller); the station must never have two of them open (trap T4, W18), so they take turns here, each with
// a deadline. Three outcomes exist and are told apart (trap T30): never sent, answered, and sent without an answer.

import type { MessageId } from '@busbar/ocpp/frame.ts'
import type { Position } from '../base/moment.ts'
import type { RawFrame } from '../station/input.ts'

export type CommandOrigin =
  | { readonly kind: 'backend'; readonly backend: string; readonly attempt: number }
  | { readonly kind: 'api'; readonly askId: string; readonly by: string }

export interface PendingCommand {
  readonly origin: CommandOrigin
  /** The id under which the origin waits for the answer. */
  readonly id: MessageId
  /** The id on the station's leg; differs from `id` only where that would have collided. */
  wire: MessageId
  readonly action: string
  readonly position: Position
  readonly frame: RawFrame
  readonly receivedMono: number
  /** Monotonic time after which the origin no longer waits. */
  readonly deadlineMono: number
  /** Monotonic time at which it was sent; 0 while it waits. */
  sentMono: number
  /** Its origin was told that the outcome is uncertain. */
  givenUp: boolean
}

export interface Commands {
  waiting: PendingCommand[]
  open: PendingCommand | null
  /** Sent, past their deadline, unanswered: a late answer still goes to its origin, and their ids stay taken. */
  expired: PendingCommand[]
}

/** How long a backend usually waits for a station (ocpp.md 1.4: 20 to 60 s). */
export const COMMAND_TIMEOUT_MS = 30_000

/** A station that was asked has this long before it is asked the next thing, however impatient who asked first was: two
 * open calls are what some stations answer with a closed connection. */
export const STATION_PATIENCE_MS = 30_000

/** A command that could not be sent is answered this long before its origin gives up. */
export const ANSWER_BEFORE_MS = 3_000

/** Commands that wait for one station (ocpp.md 2.7). */
export const MAX_WAITING_COMMANDS = 20

const MAX_EXPIRED = 16

const nothing: PendingCommand[] = []

export function noCommands(): Commands {
  return { waiting: nothing, open: null, expired: nothing }
}

/** Takes a command behind those that wait; false when too many do. */
export function queueCommand(commands: Commands, command: PendingCommand): boolean {
  if (commands.waiting.length >= MAX_WAITING_COMMANDS) return false
  if (commands.waiting === nothing) commands.waiting = []
  commands.waiting.push(command)
  return true
}

/** The next command, taken out of the queue; null when none waits or one is open. */
export function takeNextCommand(commands: Commands): PendingCommand | null {
  if (commands.open !== null || commands.waiting.length === 0) return null
  const command = commands.waiting.shift()!
  if (commands.waiting.length === 0) commands.waiting = nothing
  return command
}

/** Whether an id is taken on the station's leg: open, or sent and never answered. */
export function commandIdIsTaken(commands: Commands, key: string): boolean {
  return commands.open?.wire.key === key || commands.expired.some((command) => command.wire.key === key)
}

/** The command an answer with this id belongs to, taken out; null when there is none. */
export function settleCommand(commands: Commands, key: string): PendingCommand | null {
  const open = commands.open
  if (open !== null && open.wire.key === key) {
    commands.open = null
    return open
  }
  const late = commands.expired.findIndex((command) => command.wire.key === key)
  return late < 0 ? null : commands.expired.splice(late, 1)[0]!
}

/** What the passing of time did. */
export interface Expiry {
  /** Sent, and its origin no longer waits; the station's slot may still be taken. */
  readonly uncertain: PendingCommand | null
  /** They can no longer be sent in time. */
  readonly unsent: readonly PendingCommand[]
}

/** Ends what is due: tells uncertain origins, frees the slot of a station that had its time, gives up what never left. */
export function expireCommands(commands: Commands, mono: number): Expiry {
  const { open } = commands
  let uncertain: PendingCommand | null = null
  if (open !== null && !open.givenUp && mono >= open.deadlineMono) {
    open.givenUp = true
    uncertain = open
  }
  if (open !== null && mono >= slotEnd(open)) {
    commands.open = null
    if (commands.expired === nothing) commands.expired = []
    if (commands.expired.length >= MAX_EXPIRED) commands.expired.shift()
    commands.expired.push(open)
  }
  const unsent = commands.waiting.filter((command) => mono >= command.deadlineMono - ANSWER_BEFORE_MS)
  if (unsent.length > 0) {
    commands.waiting = commands.waiting.filter((command) => !unsent.includes(command))
    if (commands.waiting.length === 0) commands.waiting = nothing
  }
  return { uncertain, unsent }
}

function slotEnd(open: PendingCommand): number {
  return Math.max(open.deadlineMono, open.sentMono + STATION_PATIENCE_MS)
}

/** Monotonic time at which something here will be due; null when nothing waits. */
export function nextDeadline(commands: Commands): number | null {
  const { open } = commands
  let due: number | null = null
  if (open !== null) due = open.givenUp ? slotEnd(open) : open.deadlineMono
  for (const command of commands.waiting) {
    const at = command.deadlineMono - ANSWER_BEFORE_MS
    if (due === null || at < due) due = at
  }
  return due
}

/** Empties it when the station is gone; what was open was sent, what waited was not. */
export function abandonCommands(commands: Commands): {
  readonly sent: readonly PendingCommand[]
  readonly unsent: readonly PendingCommand[]
} {
  const sent = commands.open === null || commands.open.givenUp ? [] : [commands.open]
  const unsent = commands.waiting
  commands.waiting = nothing
  commands.open = null
  commands.expired = nothing
  return { sent, unsent }
}
