// The configuration Busbar runs under in the benchmark: what a user with one backend would write, with unknown stations
// accepted on loopback and nothing switched off. One number differs from its default: the frame limit per station, since
// 300 stations that saturate a broker each say more in a second than any real one would, and a limit that pauses them
// would turn the saturated load into another load at a fixed rate.

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
  maxFramesPerSecond: 10000
`
}
