// What an actor has to do later. An actor keeps one list of due tasks and asks its host for one thing only: to be woken
// once, when the earliest of them is due. A wake that comes too early or twice does no harm, because what is run is what
// is due, not what the wake was meant for.

/** A task and when it is due on the monotonic clock. */
export interface Due<Task> {
  readonly key: string
  readonly dueMs: number
  readonly task: Task
}

export interface Agenda<Task> {
  dues: Due<Task>[]
  /** The wake the host was last asked for; null: none is outstanding. */
  wokenMs: number | null
}

export function emptyAgenda<Task>(): Agenda<Task> {
  return { dues: [], wokenMs: null }
}

/** Puts a task on the agenda; a task of the same key is replaced. */
export function plan<Task>(agenda: Agenda<Task>, key: string, dueMs: number, task: Task): void {
  cancel(agenda, key)
  agenda.dues.push({ key, dueMs, task })
}

/** Takes a task off the agenda, if it is there. */
export function cancel<Task>(agenda: Agenda<Task>, key: string): void {
  const at = agenda.dues.findIndex((due) => due.key === key)
  if (at >= 0) agenda.dues.splice(at, 1)
}

/** Takes the earliest task that is due; among equals the one planned first. Null when nothing is due. */
export function takeDue<Task>(agenda: Agenda<Task>, monoMs: number): Task | null {
  let earliest: Due<Task> | null = null
  for (const due of agenda.dues) {
    if (due.dueMs <= monoMs && (earliest === null || due.dueMs < earliest.dueMs)) earliest = due
  }
  if (earliest === null) return null
  cancel(agenda, earliest.key)
  return earliest.task
}

/** Longest wake asked for: host timers count milliseconds in 31 bits, and an early wake costs nothing. */
const LONGEST_WAKE_MS = 3_600_000

/**
 * Says whether the host must be asked for a wake now.
 * @returns milliseconds from now, whole and at least 1, or null when the wake already asked for is the right one
 */
export function wakeToAskFor<Task>(agenda: Agenda<Task>, monoMs: number): number | null {
  let earliest = Number.POSITIVE_INFINITY
  for (const due of agenda.dues) if (due.dueMs < earliest) earliest = due.dueMs
  if (earliest === Number.POSITIVE_INFINITY) return null
  const wakeMs = Math.min(earliest, monoMs + LONGEST_WAKE_MS)
  if (agenda.wokenMs !== null && agenda.wokenMs <= wakeMs) return null
  agenda.wokenMs = wakeMs
  return Math.max(1, Math.ceil(wakeMs - monoMs))
}
