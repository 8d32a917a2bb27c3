// The configuration file's form, section by section in the order of the guide (docs/guides/configuration.md). It says
// what may be written; defaults are filled in by `settle.ts`, and what needs more than one key to be judged is judged in
// `check-*.ts`. The JSON schema for editors is made of this file, so a key has its description here. `x-restart` marks
// what a running broker takes over only when it is started again.

import { isIP } from 'node:net'
import { subprotocols } from '@busbar/ocpp/versions.ts'
import { z } from 'zod'
import { notAvailable, notYet, notYetMapping } from './not-yet.ts'
import { durationPattern, readDuration, readSize, sizePattern } from './quantities.ts'

const restart = { 'x-restart': true } as const

const text = z.string().min(1)

/** Adds an issue with a sentence and a remedy of its own. */
function refuse(ctx: z.core.ParsePayload, input: unknown, what: string, remedy: string): void {
  ctx.issues.push({ code: 'custom', input, message: what, params: { what, remedy } })
}

const duration = z
  .string()
  .meta({ pattern: durationPattern, examples: ['10s', '5m', '30d'] })
  .transform((value, ctx) => {
    const ms = readDuration(value)
    if (ms !== null) return ms
    refuse(ctx, value, 'is not a duration', 'write a number and ms, s, m, h, d or w, such as `10s`')
    return z.NEVER
  })

const size = z
  .string()
  .meta({ pattern: sizePattern, examples: ['1MiB', '20GB'] })
  .transform((value, ctx) => {
    const bytes = readSize(value)
    if (bytes !== null) return bytes
    refuse(ctx, value, 'is not a size', 'write a number and B, kB, MB, GB, KiB, MiB or GiB, such as `1MiB`')
    return z.NEVER
  })

/** A URL of certain schemes, without user information and fragment. */
function url(use: 'listen' | 'dial', schemes: readonly string[], example: string) {
  return text.meta({ format: 'uri', examples: [example] }).check((ctx) => {
    const fail = (what: string, remedy: string) => refuse(ctx, ctx.value, what, remedy)
    let parsed: URL
    try {
      parsed = new URL(ctx.value)
    } catch {
      return fail('is not a URL', `write it like \`${example}\``)
    }
    const scheme = parsed.protocol.slice(0, -1)
    if (!schemes.includes(scheme)) {
      return fail(`has the scheme \`${scheme}\``, `use ${schemes.join(' or ')}, like \`${example}\``)
    }
    if (parsed.username !== '' || parsed.password !== '') {
      return fail('has a user name or password in it', 'take them out; use the keys made for credentials')
    }
    if (parsed.hash !== '') return fail('has a fragment (`#…`)', 'take it out')
    if (parsed.search !== '' && use === 'listen') return fail('has a query (`?…`)', 'take it out')
  })
}

const oneOrMore = <T extends z.ZodType<string>>(item: T) => z.union([item, z.array(item).min(1)])

const address = text.check((ctx) => {
  const [host = '', bits] = ctx.value.split('/', 2)
  const family = isIP(host)
  const widest = family === 6 ? 128 : 32
  const fits = bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= widest)
  if (family === 0 || !fits) {
    refuse(ctx, ctx.value, 'is not an IP address', 'write an address or a network, such as `10.0.0.5` or `10.0.0.0/24`')
  }
})

const identityGlob = text.meta({ description: 'Identity; `*` stands for any run of characters, `?` for one.' })
const version = z.enum(subprotocols as [string, ...string[]]).transform((name) => name as (typeof subprotocols)[number])

const site = text
  .max(64)
  .check((ctx) => {
    if (/[\s/+#\p{C}]/u.test(ctx.value)) {
      refuse(ctx, ctx.value, 'has a blank, `/`, `+`, `#` or a control character in it', 'use letters, digits, - and _')
    }
  })
  .meta({ description: 'Name of this installation; default: the host name.', ...restart })

const certificateFiles = {
  cert: oneOrMore(text)
    .optional()
    .meta({ description: 'PEM file of the certificate chain; a list for RSA and ECDSA.' }),
  key: oneOrMore(text).optional().meta({ description: 'PEM file of the private key; a list in the order of `cert`.' }),
}

const stationUrl = url('listen', ['ws', 'wss'], 'ws://0.0.0.0:9000')
const stationListener = z.union([
  stationUrl,
  z.strictObject({
    url: stationUrl,
    ...certificateFiles,
    clientCa: text.optional().meta({ description: 'PEM file of the authorities of station certificates: profile 3.' }),
    cpoName: text.optional().meta({ description: 'Organisation (O) that station certificates must name.' }),
    trustProxy: oneOrMore(address)
      .optional()
      .meta({ description: 'Proxies in front of this listener whose X-Forwarded-For is believed.' }),
  }),
])

const apiUrl = url('listen', ['http', 'https'], 'http://127.0.0.1:9080')
const listen = z
  .strictObject({
    stations: z
      .union([stationUrl, z.array(stationListener).min(1)])
      .optional()
      .meta({ description: 'Where stations connect; default ws://127.0.0.1:9000. Port 0 takes a free one.' }),
    api: z
      .union([apiUrl, z.strictObject({ url: apiUrl, ...certificateFiles })])
      .optional()
      .meta({ description: 'Where API and console are served; default http://127.0.0.1:9080.' }),
  })
  .meta({ description: 'The addresses Busbar listens on.', ...restart })

const api = z
  .strictObject({
    tokens: z
      .array(
        z.strictObject({
          name: text.meta({ description: 'Who acts; stands in the record of what was done.' }),
          token: text.meta({ description: 'The secret; at least 16 characters.' }),
          role: z.enum(['viewer', 'support', 'operator', 'admin']),
        }),
      )
      .optional(),
    trustProxy: oneOrMore(address)
      .optional()
      .meta({ description: 'Proxies in front of the API that encrypt; their X-Forwarded-* headers are believed.' }),
  })
  .meta({ description: 'Who may use the API.' })

// Headers that belong to the handshake itself; writing them by hand breaks it.
const ownHeaders = /^(host|connection|upgrade|authorization|content-length|transfer-encoding|sec-websocket-.*)$/i

const backend = z.strictObject({
  url: url('dial', ['ws', 'wss'], 'wss://cpms.example/ocpp').meta({
    description: 'Its address; "/" and the percent-encoded identity are appended.',
  }),
  password: text
    .optional()
    .meta({ description: 'Password of Basic authentication; `station` hands on what the station presented.' }),
  username: text.optional().meta({ description: 'User of Basic authentication; default: the identity.' }),
  ocpp: oneOrMore(version)
    .optional()
    .meta({ description: 'Versions it speaks; default: whatever the station speaks.' }),
  ca: text
    .optional()
    .meta({ description: 'PEM file of the authorities of its certificate; default: those of the system.' }),
  cert: text.optional().meta({ description: 'PEM file of the client certificate shown to it.' }),
  key: text.optional().meta({ description: 'PEM file of the key of `cert`.' }),
  headers: z
    .record(
      z.string().check((ctx) => {
        if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(ctx.value)) {
          refuse(ctx, ctx.value, 'is not a header name', 'use letters, digits and -')
        } else if (ownHeaders.test(ctx.value)) {
          refuse(ctx, ctx.value, 'is a header of the handshake itself', 'take it out; credentials go to `password`')
        }
      }),
      text.check((ctx) => {
        // Control characters but the tab, and whatever is not Latin-1.
        if (/(?!\t)\p{Cc}|[^\p{ASCII}\u0080-\u00ff]/u.test(ctx.value)) {
          refuse(
            ctx,
            ctx.value,
            'has a line break or a character that a header cannot carry',
            'write one line of Latin-1',
          )
        }
      }),
    )
    .optional()
    .meta({ description: 'Headers added to the handshake.' }),
  identity: text
    .check((ctx) => {
      if (!ctx.value.includes('{id}')) {
        refuse(ctx, ctx.value, 'does not contain `{id}`', 'write `{id}` where the identity of the station belongs')
      }
    })
    .optional()
    .meta({ description: 'Identity towards it; `{id}` stands for that of the station. Default `{id}`.' }),
  pingEvery: duration.optional().meta({ description: 'Default 25s; 0s switches pings off.' }),
  connectTimeout: duration.optional().meta({ description: 'Default 10s.' }),
  reconnect: z
    .strictObject({ min: duration.optional(), max: duration.optional() })
    .optional()
    .meta({ description: 'Waits between attempts, doubling from `min` (1s) to `max` (5m).' }),
  maxPerSecond: notYet('limiting the rate towards a backend', []),
  bootOnReconnect: notYet('repeating BootNotification to a backend', []),
})

const backendName = z.string().check((ctx) => {
  const name = ctx.value
  if (name === 'station' || name === 'busbar') {
    ctx.issues.push({
      code: 'custom',
      input: name,
      message: 'reserved',
      params: {
        code: 'BB-CONFIG-008',
        what: `a backend cannot be named \`${name}\`, the timeline says so of somebody else`,
        remedy: 'choose another name',
      },
    })
  } else if (!/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(name)) {
    ctx.issues.push({
      code: 'custom',
      input: name,
      message: 'unusable',
      params: {
        code: 'BB-CONFIG-008',
        what: `the backend name \`${name}\` cannot be a label of metrics and timeline`,
        remedy: 'begin with a letter; use letters, digits, _, . and -, at most 64',
      },
    })
  }
})

const routes = z
  .array(
    z.strictObject({
      stations: z.union([
        identityGlob,
        z.array(identityGlob).min(1),
        notYetMapping('choosing stations by vendor, model, firmware or tag'),
      ]),
      primary: text.meta({ description: 'The backend whose answers reach the station.' }),
      mode: z
        .enum(['resilient', 'transparent'])
        .optional()
        .meta({ description: 'resilient (default): the station is kept while the primary is away. transparent: not.' }),
      mirrors: notYet('mirroring to further backends', [[]]),
      grants: notYet('commands of mirrors', [{}]),
      candidates: notYet('comparing backends', [[]]),
      authorize: notYet('asking several backends for authorisation', ['primary']),
      owners: notYet('routing by token', [[]]),
      capabilities: notYet('routing by capability', [{}]),
    }),
  )
  .meta({ description: 'Which backend serves which stations; the first entry that matches wins.' })

const identity = text.max(255).check((ctx) => {
  if (/\p{Cc}/u.test(ctx.value)) refuse(ctx, ctx.value, 'has a control character in it', 'take it out')
})

const account = z.strictObject({
  id: identity.meta({ description: 'Identity of the station.' }),
  password: text.optional().meta({ description: 'Password of Basic authentication; none: the station needs none.' }),
  tags: z.array(text).optional(),
  serial: text.optional().meta({ description: 'Common name of its certificate; default: the id.' }),
  assumeProtocol: version.optional().meta({ description: 'Version of a station that offers none in the handshake.' }),
})

const stations = z
  .strictObject({
    authenticate: z
      .enum(['accounts', 'backend'])
      .optional()
      .meta({ description: 'accounts (default): by the list. backend: whom the primary accepts.' }),
    unknown: z
      .enum(['reject', 'accept'])
      .optional()
      .meta({ description: 'Stations without an account; default reject.' }),
    profile: z
      .int()
      .check((ctx) => {
        if (ctx.value !== 0) ctx.issues.push(notAvailable(ctx.value, 'requiring a security profile', [0]))
      })
      .optional()
      .meta({ enum: [0], description: '0 must be written to let unknown stations in from other machines.' }),
    pingEvery: duration.optional().meta({ description: 'Default 25s; 0s switches pings off.' }),
    maxFrameBytes: size.optional().meta({ description: 'Longest message of a station; default 1MiB.' }),
    maxFramesPerSecond: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'Messages per second of one station above which reading from it pauses; default 100.' }),
    accounts: z.array(account).optional(),
  })
  .meta({ description: 'Who may connect, and what a connection may do.' })

/** The whole file. */
export const fileSchema = z.strictObject({
  site: site.optional(),
  data: text.optional().meta({ description: 'Folder of the embedded store; default ./busbar-data.', ...restart }),
  listen: listen.optional(),
  api: api.optional(),
  backends: z.record(backendName, backend).optional().meta({ description: 'The backends, by name.' }),
  routes: routes.optional(),
  stations: stations.optional(),
  journal: z
    .strictObject({
      keep: duration.optional().meta({ description: 'Age after which entries may go; default 90d.' }),
      maxBytes: size.optional().meta({ description: 'Size above which the oldest entries may go; default 20GB.' }),
      window: duration.optional().meta({ description: 'How long entries gather before they are synced; default 5ms.' }),
    })
    .optional()
    .meta({ description: 'What is remembered, and how long.', ...restart }),
  faults: z
    .strictObject({
      webhook: url('dial', ['http', 'https'], 'https://alerts.example/busbar')
        .optional()
        .meta({ description: 'Where faults are posted as JSON.' }),
    })
    .optional(),
  expectStations: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'Stations expected, for the checks of descriptors and memory; default: the accounts.' }),

  resilience: z
    .strictObject({
      answerWithin: notYet('answering in place of a backend', []),
      deliverWhileAway: notYet('delivering while a station is away', [false]),
      queue: notYet('the durable queue', []),
      parkAfter: notYet('quarantine', []),
      lateDeauthorise: notYet('late deauthorisation', ['ignore']),
      missingStopAfter: notYet('closing sessions that miss their end', []),
      protect: notYet('session protection', ['none']),
      transactionIds: notYet('provisional transaction ids', []),
    })
    .optional(),
  authorization: z
    .strictObject({
      offline: notYet('authorising while a backend is away', []),
      remember: notYet('remembering tokens', []),
      tokens: notYet('tokens known to Busbar', [[]]),
    })
    .optional(),
  rules: notYet('rules', [[]]),
  quirks: notYet('quirk fixes', [[]]),
  energy: z
    .strictObject({
      mode: notYet('energy management', ['off']),
      meters: notYet('meters', [[]]),
      nodes: notYet('grid limits', [[]]),
      connectors: notYet('connectors of energy management', [[]]),
    })
    .optional(),
  identification: z
    .strictObject({
      enabled: notYet('driver identification', [false]),
      tokens: notYet('driver identification', []),
      drivers: notYet('driver identification', []),
    })
    .optional(),
  bridges: notYet('bridges', [[]]),
})

/** The file as it stands after validation: durations in milliseconds, sizes in bytes, nothing filled in. */
export type FileForm = z.output<typeof fileSchema>
