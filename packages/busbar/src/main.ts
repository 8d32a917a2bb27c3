// The entrance: hands the command line, and the process it runs in, to the program. Everything a command may know of the
// process passes through here.

import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { runProgram } from './cli/program.ts'
import type { Terminal } from './cli/terminal.ts'
import { systemClock } from './system/clock.ts'

/** Signals that follow the first one within this are the same one, come another way. */
const ONE_SIGNAL_MS = 1_000

const terminal: Terminal = {
  cwd: process.cwd(),
  env: process.env,
  out: (line) => void process.stdout.write(line),
  err: (line) => void process.stderr.write(line),
  interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
  columns: process.stdout.isTTY === true ? process.stdout.columns : null,
  readInput: () => text(process.stdin),
  inputLines: () => createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }),
  interrupted: () => {
    const controller = new AbortController()
    let firstMs = 0
    const stop = () => {
      // npm hands a Ctrl-C on that the terminal has given to everybody already; only a later one is out of patience.
      if (controller.signal.aborted && systemClock.mono() - firstMs > ONE_SIGNAL_MS) process.exit(130)
      if (controller.signal.aborted) return
      firstMs = systemClock.mono()
      controller.abort()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    return controller.signal
  },
}

// `busbar timeline … | head` closes the pipe when it has enough; that is an end, not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

const exitCode = await runProgram(process.argv.slice(2), terminal)
// Output that is still on its way to a slow pipe is written before the process ends.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
