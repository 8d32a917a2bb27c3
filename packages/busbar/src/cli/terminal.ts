// What a command sees of the place it runs in. Commands take it instead of reaching for `process`, so that each of them
// can be run inside a test with its output in hand.

export interface Terminal {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Writes to standard output exactly what is given. */
  readonly out: (text: string) => void
  /** Writes to standard error exactly what is given. */
  readonly err: (text: string) => void
  /** Whether a person sits in front of it: standard input and output are both a terminal. */
  readonly interactive: boolean
  /** Width of the terminal; null when standard output is none, and nothing is shortened then. */
  readonly columns: number | null
  /** Reads standard input to its end. */
  readonly readInput: () => Promise<string>
  /** Lines of standard input, without their line breaks. */
  readonly inputLines: () => AsyncIterable<string>
  /** A signal that fires at the first SIGINT or SIGTERM; from then on these no longer end the process by themselves. */
  readonly interrupted: () => AbortSignal
}
