// `busbar call`: asks a station something through the running broker and prints what it answers.

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { duration } from './arguments.ts'
import { type ApiOptions, type Context, connect, printJson, withApiOptions, withExamples } from './context.ts'
import { CommandFailure } from './failure.ts'

interface CallOptions extends ApiOptions {
  readonly timeout: number
}

interface Outcome {
  readonly outcome: 'answered' | 'refused' | 'uncertain'
  readonly response?: unknown
  readonly error?: { readonly code: string; readonly description: string; readonly details?: unknown }
  readonly reason?: string
}

/** Declares the command. */
export function declareCall(program: Command, context: Context): void {
  const command = withApiOptions(
    program
      .command('call')
      .description('send a command to a station and print its answer')
      .argument('<id>', 'identity of the station')
      .argument('<action>', 'OCPP action, such as Reset')
      .argument('[payload]', 'JSON object; @FILE reads it from a file, - from standard input', '{}')
      .option('--timeout <duration>', 'how long to wait for the answer', duration, 30_000),
  )
  withExamples(command, `busbar call DEPOT-01 GetConfiguration '{"key":["HeartbeatInterval"]}'`).action(
    context.ending((id: string, action: string, payload: string, options: CallOptions) =>
      call(id, action, payload, options, context),
    ),
  )
}

async function call(
  id: string,
  action: string,
  payload: string,
  options: CallOptions,
  context: Context,
): Promise<number> {
  const text = await readPayload(payload, context)
  // The payload is put in as it was written, so that its numbers stay as they are.
  const body = `{"action":${JSON.stringify(action)},"payload":${text},"timeoutMs":${options.timeout}}`
  const outcome = await connect(context, options).post<Outcome>(`stations/${encodeURIComponent(id)}/commands`, body)
  if (options.json === true) {
    printJson(context, outcome)
    return outcome.outcome === 'answered' ? 0 : 1
  }
  switch (outcome.outcome) {
    case 'answered':
      printJson(context, outcome.response)
      return 0
    case 'refused': {
      const { code = 'an error', description = '' } = outcome.error ?? {}
      const told = description === '' ? code : `${code}: ${description}`
      throw new CommandFailure(1, '', `${id} refused ${action} with ${told}`, 'its answer is in the timeline')
    }
    default:
      throw new CommandFailure(
        1,
        '',
        `${action} was sent to ${id} and no answer came${outcome.reason === undefined ? '' : ` (${outcome.reason})`}`,
        'it may have been carried out all the same; look at the timeline before repeating it',
      )
  }
}

async function readPayload(payload: string, context: Context): Promise<string> {
  const { terminal } = context
  let text = payload
  if (payload === '-') text = await terminal.readInput()
  else if (payload.startsWith('@')) {
    try {
      text = await readFile(resolve(terminal.cwd, payload.slice(1)), 'utf8')
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
      throw new CommandFailure(2, 'BB-CLI-005', `${payload.slice(1)} cannot be read (${code})`, undefined, cause)
    }
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new CommandFailure(2, 'BB-CLI-003', `the payload is not JSON: ${why}`, 'put it in single quotes', cause)
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new CommandFailure(2, 'BB-CLI-003', 'the payload is not a JSON object', 'write it like \'{"type":"Soft"}\'')
  }
  return text.trim()
}
