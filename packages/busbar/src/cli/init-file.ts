// The text of a first busbar.yaml: what was chosen, written out, and what might be wanted next, as comments. Secrets are
// never written into it; it names the environment variable they come from.

export interface FirstConfiguration {
  readonly site: string
  readonly data: string
  readonly stationsUrl: string
  readonly apiUrl: string
  readonly backend: {
    readonly name: string
    readonly url: string
    /** none: no Basic authentication. station: hand on what the station presented. own: from an environment variable. */
    readonly password: 'none' | 'station' | 'own'
  } | null
  readonly authenticate: 'accounts' | 'backend'
  readonly unknown: 'reject' | 'accept'
  /** Whether `profile: 0` is written, so that unknown stations may come in from outside this machine. */
  readonly openToStrangers: boolean
  /** Whether a token of the API is written. */
  readonly apiToken: boolean
}

/** The environment variable a backend's password is taken from. */
export function passwordVariable(backend: string): string {
  return `${backend.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_PASSWORD`
}

/** The environment variable the API token is taken from. */
export const TOKEN_VARIABLE = 'BUSBAR_OPS_TOKEN'

/**
 * Writes the file.
 */
export function renderFirstConfiguration(first: FirstConfiguration): string {
  const { backend } = first
  const text = `# Configuration of Busbar. Every key: docs/guides/configuration.md. Check it with: busbar check
# In a value, \${NAME} is taken from the environment and \${file:PATH} from a file.

site: ${quoted(first.site)}                 # name of this installation
data: ${quoted(first.data)}        # folder of everything that is remembered

listen:
  stations:
    - ${quoted(first.stationsUrl)}   # stations dial this URL + "/" + their identity
    # - { url: wss://0.0.0.0:9443, cert: tls/server.pem, key: tls/server.key }   # encrypted
  api: ${quoted(first.apiUrl)}       # API and console; other machines only with tokens and https

${apiSection(first)}
${backendSection(backend)}
stations:
  authenticate: ${first.authenticate}   # accounts: by the list below; backend: whom the primary accepts
  unknown: ${first.unknown}          # stations without an account: accept or reject
${first.openToStrangers ? '  profile: 0               # said plainly: unencrypted and without a password is fine here\n' : ''}  # accounts:
  #   - { id: DEPOT-01, password: "\${DEPOT_01_PASSWORD}", tags: [yard] }

journal:
  keep: 90d                  # entries older than this may go
  maxBytes: 20GB             # and the oldest ones when they take more room than this

# faults: { webhook: https://alerts.example/busbar }
# expectStations: 500        # checked against descriptors and memory before the start
`
  // What stands behind a value begins in one column.
  return text.replace(/^([^#\n]*[^#\s]) +# /gm, (_, written: string) => `${written.padEnd(34)} # `)
}

function apiSection(first: FirstConfiguration): string {
  const entry = `- { name: ops, token: "\${${TOKEN_VARIABLE}}", role: operator }`
  return first.apiToken
    ? `api:\n  tokens:\n    ${entry}   # viewer, support, operator, admin\n`
    : `# api:\n#   tokens:\n#     ${entry}\n`
}

function backendSection(backend: FirstConfiguration['backend']): string {
  if (backend === null) {
    return `# Without a backend stations are accepted and recorded, and answered by nobody.
# backends:
#   cpms: { url: wss://cpms.example/ocpp, password: "\${CPMS_PASSWORD}" }
# routes:
#   - { stations: "*", primary: cpms }
`
  }
  const password =
    backend.password === 'own'
      ? `    password: "\${${passwordVariable(backend.name)}}"\n`
      : backend.password === 'station'
        ? '    password: station        # what the station presented is handed on\n'
        : '    # password: station      # Basic authentication towards it; or from the environment\n'
  return `backends:
  ${backend.name}:
    url: ${quoted(backend.url)}
${password}    # ocpp: [ocpp1.6, ocpp2.0.1]   # versions it speaks; default: what the station speaks

routes:                      # the first entry that matches wins
  - stations: "*"
    primary: ${backend.name}
    mode: resilient          # resilient: stations stay connected while the backend is away; transparent: they do not
`
}

// Plain where YAML reads it back as the same text, in double quotes otherwise.
function quoted(text: string): string {
  return /^[A-Za-z./][A-Za-z0-9_./:@-]*$/.test(text) && !/:$|^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text)
}
