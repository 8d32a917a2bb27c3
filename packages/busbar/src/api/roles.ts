// Who may do what. Roles form a ladder: each may do what the ones before it may. Every route names the lowest role it is
// for; `open` is for what says nothing about stations (rule AP9).

import type { Role } from '../config/settings.ts'

const ladder: readonly Role[] = ['viewer', 'support', 'operator', 'admin']

/** What a route asks of its caller. */
export type Access = Role | 'open'

/** Whether a role may do what asks for another one. */
export function mayAct(role: Role, needed: Role): boolean {
  return ladder.indexOf(role) >= ladder.indexOf(needed)
}

/** Who makes a request, and how that is known. */
export interface Principal {
  /** Name of the token; `local` on a loopback listener without tokens. */
  readonly name: string
  readonly role: Role
  readonly via: 'none' | 'token' | 'cookie'
  /** What a change by cookie has to carry; null where no cookie is used. */
  readonly csrf: string | null
}

/** The name under which a principal's changes are recorded. */
export function actorOf(principal: Principal): string {
  return `api:${principal.name}`
}

/**
 * Commands that only ask a station for what it knows: they change nothing, move no file and reveal no secret, so that
 * support may send them (rule AP12). GetLog and GetDiagnostics are not among them, because they make a station upload
 * files to an address of the caller's choice.
 */
export const askingCommands: ReadonlySet<string> = new Set([
  'GetBaseReport',
  'GetChargingProfiles',
  'GetCompositeSchedule',
  'GetConfiguration',
  'GetDisplayMessages',
  'GetInstalledCertificateIds',
  'GetLocalListVersion',
  'GetMonitoringReport',
  'GetReport',
  'GetTransactionStatus',
  'GetVariables',
  'TriggerMessage',
])
