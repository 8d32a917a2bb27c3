// `busbar simulate station` and `busbar simulate backend`: the actors of the simulator against any endpoint. What they
// do is told on standard error; a backend says on standard output, in one line, where it listens. Both run until
// SIGTERM or SIGINT and then end with 0.

import { readFile } from 'node:fs/promises'
import { summarise } from '@busbar/simulator/actors/backend.ts'
import type { BackendBehaviour } from '@busbar/simulator/actors/backend-state.ts'
import { seededChance } from '@busbar/simulator/actors/moment.ts'
import type { StationBehaviour } from '@busbar/simulator/actors/station-state.ts'
import { driversNamed } from '@busbar/simulator/actors/visits.ts'
import { backendBehaviourForms, backendBehaviourNamed } from '@busbar/simulator/backend-behaviours/by-name.ts'
import { stationBehaviourNamed, stationBehaviourNames } from '@busbar/simulator/station-behaviours/by-name.ts'
import { startVirtualBackend, type VirtualBackend } from '@busbar/simulator/virtual-backend.ts'
import { startVirtualStation, type VirtualStation } from '@busbar/simulator/virtual-station.ts'
import { startVisitors } from '@busbar/simulator/virtual-visitors.ts'
import { systemClock } from '../system/clock.ts'
import { systemRandom } from '../system/random.ts'
import { CommandFailure } from './failure.ts'
import {
  type LogLevel,
  logLevels,
  type SimulateBackendOptions,
  type SimulateOptions,
  type SimulateStationOptions,
} from './options.ts'

/** Above this many stations single events would only scroll by; a summary is told instead. */
const TELL_EACH_UP_TO = 20

/** How often the summary of many stations is told. */
const SUMMARY_MS = 10_000

/** A station every two milliseconds: ten thousand in twenty seconds, without a storm of handshakes. */
const STAGGER_MS = 2

/** Runs simulated stations or a simulated backend until the process is told to stop; gives the exit code. */
export function run(options: SimulateOptions): Promise<number> {
  return options.what === 'station' ? simulateStations(options) : simulateBackend(options)
}

async function simulateStations(options: SimulateStationOptions): Promise<number> {
  const behaviours = options.behaviours.map((name) => stationBehaviour(name))
  const tls = options.ca === null ? {} : { tls: { ca: await readAuthorities(options.ca) } }
  const chance = options.seed === null ? systemRandom : seededChance(options.seed)
  const drivers = driversNamed('CARD', 12)
  const running: { station: VirtualStation; sendAway: () => void }[] = []
  const tellEach = options.count <= TELL_EACH_UP_TO
  const stopped = options.terminal.interrupted()
  say(
    options,
    'info',
    `${options.count} station${options.count === 1 ? '' : 's'} dial ${options.url} with ${options.ocpp}`,
  )

  for (let number = 1; number <= options.count && !stopped.aborted; number += 1) {
    const identity = options.count === 1 ? options.id : `${options.id}-${number}`
    const random = seededChance(Math.floor(chance() * 4_294_967_296))
    const station = startVirtualStation({
      url: options.url,
      identity,
      ocpp: options.ocpp,
      password: options.password,
      serial: `SIM-${String(number).padStart(6, '0')}`,
      sampleMs: options.intervalMs,
      speed: options.speed,
      behaviours,
      random,
      ...tls,
      ...(tellEach ? { onNote: (text: string) => say(options, 'info', `${identity}: ${text}`) } : {}),
      ...(isTold(options, 'debug')
        ? { onFrame: (direction: string, text: string) => say(options, 'debug', `${identity} ${direction} ${text}`) }
        : {}),
    })
    const visitors = { station, drivers, random, firstAfterMs: 1_000 + 4_000 * random(), pauseMs: 10 * 60_000 }
    running.push({ station, sendAway: startVisitors(visitors) })
    if (number % 50 === 0) await pause(50 * STAGGER_MS)
  }

  const summary = tellEach ? () => {} : repeat(SUMMARY_MS, () => say(options, 'info', summaryOf(running)))
  await untilStopped(stopped)
  summary()
  for (const { sendAway } of running) sendAway()
  await Promise.all(running.map(({ station }) => station.stop()))
  say(options, 'info', 'stopped')
  return 0
}

async function simulateBackend(options: SimulateBackendOptions): Promise<number> {
  const behaviours = options.behaviours.map((text) => backendBehaviour(text))
  const { password } = options
  const backend = await listen(options, {
    listen: options.listen,
    ocpp: options.ocpp,
    behaviours,
    // A summary needs counts only.
    remember: 0,
    ...(password === null ? {} : { passwordOf: () => password }),
    onNote: (text: string) => say(options, 'info', text),
    ...(isTold(options, 'debug')
      ? {
          onFrame: (direction: string, identity: string, text: string) =>
            say(options, 'debug', `${identity} ${direction} ${text}`),
        }
      : {}),
  })
  options.terminal.out(`busbar simulated backend ready ${backend.url}\n`)
  await untilStopped(options.terminal.interrupted())
  await backend.stop()
  for (const line of ['received:', ...summarise(backend.backend)]) say(options, 'info', line)
  return 0
}

async function listen(
  options: SimulateBackendOptions,
  given: Parameters<typeof startVirtualBackend>[0],
): Promise<VirtualBackend> {
  try {
    return await startVirtualBackend(given)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CommandFailure(1, 'BB-CLI-006', `cannot listen on ${options.listen}: ${reason}`, undefined, cause)
  }
}

function stationBehaviour(name: string): StationBehaviour {
  const behaviour = stationBehaviourNamed(name)
  if (behaviour !== null) return behaviour
  const remedy = `There are: ${stationBehaviourNames.join(', ')}.`
  throw new CommandFailure(2, 'BB-CLI-003', `there is no station behaviour "${name}"`, remedy)
}

function backendBehaviour(text: string): BackendBehaviour {
  const behaviour = backendBehaviourNamed(text)
  if (behaviour !== null) return behaviour
  const remedy = `There are: ${backendBehaviourForms.join(', ')}.`
  throw new CommandFailure(2, 'BB-CLI-003', `there is no backend behaviour "${text}"`, remedy)
}

async function readAuthorities(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CommandFailure(2, 'BB-CLI-005', `cannot read ${file}: ${reason}`, 'Check --ca.', cause)
  }
}

function summaryOf(running: readonly { station: VirtualStation }[]): string {
  const stations = running.map((each) => each.station.station)
  const accepted = stations.filter((station) => station.link === 'up' && station.registration === 'accepted').length
  const charging = stations.filter((station) => station.connectors.some((each) => each.session !== null)).length
  return `${accepted} of ${stations.length} stations connected and accepted, ${charging} in a session`
}

function isTold(options: SimulateOptions, level: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(options.logLevel)
}

function say(options: SimulateOptions, level: LogLevel, text: string): void {
  if (isTold(options, level)) options.terminal.err(`${text}\n`)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.after(ms, resolve))
}

function repeat(ms: number, call: () => void): () => void {
  let cancel = systemClock.after(ms, again)
  function again(): void {
    call()
    cancel = systemClock.after(ms, again)
  }
  return () => cancel()
}

function untilStopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
