// What the runner asks of the swarm and what the swarm reports back, over the channel between the two processes. Each
// order has one report; only one order is under way at a time.

/** Connects stations and lets each boot; done when every boot was answered. */
export interface ConnectOrder {
  readonly do: 'connect'
  readonly url: string
  readonly stations: number
  /** Dials under way at the same time. */
  readonly parallel: number
  readonly giveUpMs: number
}

export interface ConnectReport {
  /** Stations whose BootNotification was answered. */
  readonly connected: number
  readonly seconds: number
  /** Why others failed, the first few reasons. */
  readonly reasons: readonly string[]
}

/** Puts load on the connected stations for a time. */
export interface LoadOrder {
  readonly do: 'load'
  /** Messages per second over all stations; null: each station sends the next as soon as it has its answer. */
  readonly perSecond: number | null
  readonly warmUpMs: number
  readonly windowMs: number
  /** Process whose tree is measured over the window; null: nobody. */
  readonly watch: number | null
}

export interface LoadReport {
  /** CALLs answered within the window, and the window's true length. */
  readonly answered: number
  readonly seconds: number
  /** Open loop: turns in the window, and those of them skipped because the station still waited. */
  readonly turns: number
  readonly skipped: number
  /** Answers that were CALLERRORs, calls of the window without any answer 5 s after it, connections lost. */
  readonly errors: number
  readonly unanswered: number
  readonly lostConnections: number
  readonly latency: { readonly p50Ms: number; readonly p99Ms: number; readonly p999Ms: number; readonly maxMs: number }
  /** On-CPU nanoseconds of the watched tree over the window; null when nobody was watched or it ended. */
  readonly cpuNs: number | null
  /** Threads that ended within the window and took their nanoseconds with them: more than 0 makes cpuNs too small. */
  readonly threadsEnded: number
  readonly rssKiB: number | null
}

/** Waits for the broker to go away and brings every station back: for the storm after a restart. */
export interface ReturnOrder {
  readonly do: 'return'
  /** A station dials again after this time, give or take half of it. */
  readonly retryMs: number
  readonly parallel: number
  readonly giveUpMs: number
}

export interface ReturnReport {
  readonly stations: number
  /** Wall-clock milliseconds at which stations were admitted again, and had their first call answered by the sink. */
  readonly admittedAt: readonly number[]
  readonly answeredAt: readonly number[]
  /** Dials that failed on the way. */
  readonly failedDials: number
  readonly reasons: readonly string[]
}

/** Closed loop that writes down the id of every answered CALL, until all connections are gone: for the kill campaign. */
export interface RecordOrder {
  readonly do: 'record'
  readonly giveUpMs: number
}

export interface RecordReport {
  /** Ids of answered CALLs by station. */
  readonly answered: Readonly<Record<string, readonly string[]>>
  readonly errors: number
}

export interface Reports {
  readonly connect: ConnectReport
  readonly load: LoadReport
  readonly return: ReturnReport
  readonly record: RecordReport
}

export type Order = ConnectOrder | LoadOrder | ReturnOrder | RecordOrder

/** What comes back over the channel. */
export type Answer =
  | { readonly is: 'ready' }
  | { readonly is: 'done'; readonly report: Reports[keyof Reports] }
  | { readonly is: 'failed'; readonly why: string }
