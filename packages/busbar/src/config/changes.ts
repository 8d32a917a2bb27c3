// What a reload changes: sections that can be put in force in a running broker, and those that wait for the next start.

import { isDeepStrictEqual } from 'node:util'
import type { Settings } from './settings.ts'

type Section = Exclude<keyof Settings, 'file'>

/** Every section, and when a change of it takes effect. The compiler asks for a row when a section is added. */
const sections: Readonly<Record<Section, 'reload' | 'restart'>> = {
  site: 'restart',
  data: 'restart',
  listen: 'restart',
  api: 'reload',
  backends: 'reload',
  routes: 'reload',
  stations: 'reload',
  journal: 'restart',
  faults: 'reload',
  expectStations: 'reload',
}

export interface SettingsChange {
  /** Sections to put in force now. */
  readonly changed: readonly Section[]
  /** Sections that differ and wait for a restart. */
  readonly needsRestart: readonly Section[]
}

/**
 * Compares settings section by section.
 */
export function compareSettings(before: Settings, after: Settings): SettingsChange {
  const differing = (Object.keys(sections) as Section[]).filter((name) => !isDeepStrictEqual(before[name], after[name]))
  return {
    changed: differing.filter((name) => sections[name] === 'reload'),
    needsRestart: differing.filter((name) => sections[name] === 'restart'),
  }
}
