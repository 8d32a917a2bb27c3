// `busbar demo`: everything on this machine and nothing to configure. The broker is the real one with its embedded store;
// around it two simulated backends and a small simulated site, so that there is something to see within seconds.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDemoBackends, startDemoSite } from '@busbar/simulator/site.ts'
import { BUILT_IN, loadText } from '../config/load.ts'
import type { Settings } from '../config/settings.ts'
import { systemClock } from '../system/clock.ts'
import { CommandFailure } from './failure.ts'
import type { DemoOptions } from './options.ts'
import { serve } from './serve.ts'

/** Runs until SIGTERM or SIGINT. @returns the exit code */
export async function run(options: DemoOptions): Promise<number> {
  const { terminal } = options
  const temporary = options.data === null ? mkdtempSync(join(tmpdir(), 'busbar-demo-')) : null
  const backends = await startDemoBackends()
  try {
    return await serve({
      settings: demoSettings(options, options.data ?? temporary ?? '', {
        billing: backends.billing.url,
        next: backends.next.url,
      }),
      strictStore: false,
      logLevel: options.logLevel,
      terminal,
      load: null,
      async ready({ stations, api }) {
        const site = startDemoSite({
          stationsUrl: stations[0] ?? '',
          count: options.stations,
          speed: options.speed,
        })
        terminal.err(
          invitation(
            stations[0] ?? '',
            api,
            site.stations.map(({ identity }) => identity),
          ),
        )
        return () => site.stop()
      },
    })
  } finally {
    await Promise.all([backends.billing.stop(), backends.next.stop()])
    if (temporary !== null) rmSync(temporary, { recursive: true, force: true })
  }
}

/** The demo's configuration, read by the same reader as any other. */
function demoSettings(options: DemoOptions, data: string, urls: Readonly<Record<string, string>>): Settings {
  const { terminal, stationPort, apiPort } = options
  const text = JSON.stringify({
    site: 'demo',
    data,
    listen: { stations: [`ws://127.0.0.1:${stationPort}`], api: `http://127.0.0.1:${apiPort}` },
    stations: { unknown: 'accept' },
    backends: Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, { url }])),
    routes: [
      { stations: ['HARBOUR-*', 'LIBRARY-*'], primary: 'next' },
      { stations: '*', primary: 'billing' },
    ],
  })
  const loaded = loadText(text, {
    cwd: terminal.cwd,
    env: terminal.env,
    now: systemClock.now(),
    shown: BUILT_IN,
    path: null,
  })
  if ('settings' in loaded) return loaded.settings
  const [problem] = loaded.problems
  throw new CommandFailure(1, problem?.code ?? '', `the demo's own configuration is refused: ${problem?.what ?? ''}`)
}

/** What to open and what to try next. */
function invitation(stations: string, api: string, identities: readonly string[]): string {
  const [first = 'STATION'] = identities
  return `
  Busbar is running with ${identities.length} simulated stations and two simulated backends.

  Open      ${api}/
  Look      npx busbar stations
            npx busbar timeline ${first} --follow
            npx busbar sessions
  Ask       npx busbar call ${first} TriggerMessage '{"requestedMessage":"Heartbeat"}'
  Add       npx busbar simulate station --url ${stations} --id MY-STATION --ocpp 2.0.1
  Measure   ${api}/metrics
  Stop      Ctrl-C

`
}
