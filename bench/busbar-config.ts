// The configuration Busbar runs under in the benchmark: what a user with one backend would write, with unknown stations
// accepted on loopback and nothing switched off.

export interface BusbarConfig {
  /** Folder of its store. */
  readonly data: string
  readonly stationsPort: number
  readonly apiPort: number
  /** ws: URL of the sink. */
  readonly backend: string
}

/** The file as YAML. Values are written as JSON strings, which YAML reads the same way. */
export function renderBusbarConfig(config: BusbarConfig): string {
  return `site: bench
data: ${JSON.stringify(config.data)}
listen:
  stations: [${JSON.stringify(`ws://127.0.0.1:${config.stationsPort}`)}]
  api: ${JSON.stringify(`http://127.0.0.1:${config.apiPort}`)}
backends:
  sink:
    url: ${JSON.stringify(`${config.backend}/ocpp`)}
routes:
  - stations: "*"
    primary: sink
stations:
  unknown: accept
`
}
