// Stations and backends that are not our own code: npm ocpp-rpc in strict mode, which checks every call and every answer,
// its own included, against the official schemas. Each keeps a transcript of the texts it sent and got. Its schemas of 2.1
// carry other ids than its strict mode looks for, so they are renamed here. For tests only.

import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createValidator, type IHandlersOption, RPCClient, RPCServer } from 'ocpp-rpc'

export type Version = 'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1'

interface Schema {
  readonly $id: string
  readonly [key: string]: unknown
}

const schemas21 = createRequire(import.meta.url)('ocpp-rpc/lib/schemas/ocpp2_1.json') as readonly Schema[]

// `urn:AuthorizeRequest` becomes `urn:Authorize.req`; what has neither ending is left as it is. The schemas also say of
// texts that they have no further properties, which is true of every text and makes the validator print a line for each.
const validator21 = createValidator(
  'ocpp2.1',
  schemas21.map((schema) => {
    const quiet: Schema = JSON.parse(JSON.stringify(schema), (_key, value: { type?: unknown }) => {
      if (typeof value !== 'object' || value === null || value.type !== 'string') return value
      return Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'additionalProperties'))
    })
    return { ...quiet, $id: schema.$id.replace(/Request$/, '.req').replace(/Response$/, '.conf') }
  }),
)

const strict = { strictMode: true, strictModeValidators: [validator21] }

/** What one peer said and heard, and what it complained of. */
export interface Transcript {
  readonly sent: string[]
  readonly got: string[]
  /** Strict validation failures and unreadable messages. */
  readonly complaints: string[]
}

export type Handler = (payload: Record<string, unknown>) => unknown
export type Handlers = Readonly<Record<string, Handler>>

interface Speaker {
  on(event: string, listener: (event: { message?: unknown; outbound?: boolean; error?: unknown }) => void): unknown
  handle(method: string, handler: (call: IHandlersOption) => Promise<Record<string, unknown>>): void
}

function listen(speaker: Speaker, handlers: Handlers): Transcript {
  const transcript: Transcript = { sent: [], got: [], complaints: [] }
  speaker.on('message', ({ message, outbound }) => {
    const text = String(message)
    if (outbound === true) transcript.sent.push(text)
    else transcript.got.push(text)
  })
  for (const event of ['strictValidationFailure', 'badMessage']) {
    speaker.on(event, (what) => transcript.complaints.push(`${event}: ${String(what.error)} ${String(what.message)}`))
  }
  for (const [action, handler] of Object.entries(handlers)) {
    speaker.handle(action, async ({ params }) => (await handler(params ?? {})) as Record<string, unknown>)
  }
  return transcript
}

/** The end of a link that a peer holds. */
export interface RpcEnd {
  readonly identity: string
  readonly version: string
  readonly transcript: Transcript
  call(action: string, payload: unknown): Promise<unknown>
  close(): Promise<void>
}

export interface RpcBackend extends AsyncDisposable {
  readonly url: string
  readonly links: readonly RpcEnd[]
  /** Passwords that came, in the order of the links; null where none came. */
  readonly passwords: readonly (string | null)[]
}

/** Opens a backend that is strict about everything. */
export async function openRpcBackend(versions: readonly Version[], handlers: Handlers): Promise<RpcBackend> {
  const links: RpcEnd[] = []
  const passwords: (string | null)[] = []
  const server = new RPCServer({ protocols: [...versions], ...strict, pingIntervalMs: 0 })
  server.auth((accept, _reject, handshake) => {
    passwords.push(handshake.password?.toString() ?? null)
    accept()
  })
  server.on('client', (client: RPCClient) => {
    const transcript = listen(client as unknown as Speaker, handlers)
    links.push(endOf(client, transcript))
  })
  const http = await server.listen(0, '127.0.0.1')
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/ocpp`,
    links,
    passwords,
    async [Symbol.asyncDispose]() {
      await server.close({ force: true })
      http.closeAllConnections()
    },
  }
}

function endOf(client: RPCClient, transcript: Transcript): RpcEnd {
  return {
    identity: client.identity ?? '',
    get version() {
      return client.protocol ?? ''
    },
    transcript,
    call: (action, payload) => client.call(action, payload),
    async close() {
      await client.close({})
    },
  }
}

/** Connects a station that is strict about everything. */
export async function openRpcStation(
  url: string,
  identity: string,
  versions: readonly Version[],
  handlers: Handlers,
  password: string | null = null,
): Promise<RpcEnd & AsyncDisposable> {
  const options = { endpoint: url, identity, protocols: [...versions], password, reconnect: false, pingIntervalMs: 0 }
  // The library's types ask for every option, though each has a default.
  const client = new RPCClient({ ...options, ...strict } as unknown as ConstructorParameters<typeof RPCClient>[0])
  const transcript = listen(client as unknown as Speaker, handlers)
  await client.connect()
  const end = endOf(client, transcript)
  return Object.assign(end, { [Symbol.asyncDispose]: () => end.close() })
}
