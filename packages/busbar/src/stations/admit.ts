// The way of a station from its upgrade request to its 101: identity, account, credentials, version, and where it is
// needed the primary's word. Every step that decides is a pure function in core/connection; here they are called in
// order, and what they need is fetched.

import type { FaultCode } from '@busbar/core/base/fault.ts'
import { type CertificateFinding, judgeKnock, judgePrimaryAnswer } from '@busbar/core/connection/admission.ts'
import { type BasicReading, readBasic } from '@busbar/core/connection/basic.ts'
import { identityTooLong, readIdentity } from '@busbar/core/connection/identity.ts'
import { chooseVersion, readOffer } from '@busbar/core/connection/version.ts'
import type { Route } from '@busbar/core/routing/route.ts'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { BackendSettings, StationSettings } from '../config/settings.ts'
import type { DialledLink, Dialler, StationCredentials } from '../links.ts'
import type { Clock } from '../system/clock.ts'
import type { AccountBook, AccountRecord } from './accounts.ts'
import { type PasswordHashes, sameSecret, type VerdictStore } from './credentials.ts'
import { askPrimary, type PrimaryOutcome } from './primary.ts'

/** What the door asks the engine about a station. */
export interface StationDirectory {
  /** Its route and its primary's settings; null when no route matches. */
  resolve(station: string): { readonly route: Route; readonly backend: BackendSettings } | null
  /** The version last agreed between this station and this backend; null when none is remembered. */
  agreedVersion(station: string, backend: string): Subprotocol | null
  /** The versions this backend refused for this station and has not agreed to since. */
  refusedVersions(station: string, backend: string): readonly Subprotocol[]
  /** Number of the next connection: grows with every connection of this installation, across restarts too. */
  nextEpoch(): number
}

/** An upgrade request, as far as it matters for being let in. */
export interface Handshake {
  /** Request target as it came. */
  readonly target: string
  readonly basePath: string
  readonly authorization: string | undefined
  readonly protocols: string | undefined
  readonly origin: string | undefined
  readonly remote: string | null
  readonly remoteIsLoopback: boolean
  readonly secure: boolean
  readonly listenerIsLoopback: boolean
  readonly certificate: CertificateFinding
}

export type Verdict =
  | {
      readonly kind: 'refused'
      readonly id: string | null
      readonly status: number
      readonly code: FaultCode
      readonly reason: string
    }
  | {
      readonly kind: 'admitted'
      readonly id: string
      readonly ocpp: Subprotocol
      /** Whether the answer names the version: not to a station that named none. */
      readonly announced: boolean
      readonly offered: readonly string[]
      readonly profile: 0 | 1 | 2 | 3
      readonly certificateSerial: string | null
      readonly credentials: StationCredentials | null
      readonly dialled: DialledLink | null
    }

export interface DoorOptions {
  readonly directory: StationDirectory
  readonly dialler: Dialler
  readonly clock: Clock
  readonly accounts: AccountBook
  readonly hashes: PasswordHashes
  readonly verdicts: VerdictStore
  /** The settings in force. */
  readonly settings: () => StationSettings
  /** false while starting or going down. */
  readonly isOpen: () => boolean
  /** Whether a connection of this identity is there and answers a ping (hijack guard, trap T18). */
  readonly isAlive: (id: string) => Promise<boolean>
}

/** A page opened from this machine itself may be a simulator in a browser; any other page is an attack. */
function isForeignPage(handshake: Handshake): boolean {
  if (handshake.origin === undefined || !handshake.listenerIsLoopback) return false
  const host = /^https?:\/\/(\[[^\]]*\]|[^:/]*)/i.exec(handshake.origin)?.[1]?.toLowerCase()
  return host !== undefined && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(host)
}

/** Decides about one handshake after the other; holds nothing of any of them. */
export function createDoor(options: DoorOptions): (handshake: Handshake) => Promise<Verdict> {
  const { directory, accounts, hashes, verdicts } = options

  function checkPassword(account: AccountRecord | null, basic: BasicReading, mayBe16: boolean) {
    if (basic.kind !== 'present') return basic.kind
    if (account?.passwordHash == null) return 'unchecked'
    if (!basic.userIsIdentity) return 'otherUser'
    const form = hashes.match(account.id, basic.password, account.passwordHash, mayBe16)
    if (form === null) return 'wrong'
    accounts.rememberForm(account.id, form)
    return 'right'
  }

  function certificateFits(certificate: CertificateFinding, account: AccountRecord | null): boolean {
    if (certificate.kind !== 'good') return true
    if (account !== null) return account.serial === certificate.serial
    // A certificate that was made for one station does not open the door to another, known or not.
    return accounts.findBySerial(certificate.serial) === null
  }

  return async (handshake) => {
    const reading = readIdentity(handshake.target, handshake.basePath)
    if (reading.kind === 'refused') return { ...reading, kind: 'refused', id: null }

    const settings = options.settings()
    const offered = readOffer(handshake.protocols)
    const mayBe16 = offered.length === 0 || offered.includes('ocpp1.6')
    const account = accounts.find(
      reading.identity,
      offered.some((name) => name.startsWith('ocpp2')),
    )
    const id = account?.id ?? reading.identity
    const refuse = (status: number, code: FaultCode, reason: string): Verdict => ({
      kind: 'refused',
      id,
      status,
      code,
      reason,
    })

    const basic = readBasic(handshake.authorization, reading.identity)
    const knock = judgeKnock({
      open: options.isOpen(),
      listener: { secure: handshake.secure, loopback: handshake.listenerIsLoopback },
      authenticate: settings.authenticate,
      unknown: settings.unknown,
      profileZero: settings.profile === 0,
      account: account === null ? 'none' : account.passwordHash === null ? 'withoutPassword' : 'withPassword',
      certificate: handshake.certificate,
      certificateFits: certificateFits(handshake.certificate, account),
      password: checkPassword(account, basic, mayBe16),
      foreignPage: isForeignPage(handshake),
    })
    if (knock.kind === 'refuse') return refuse(knock.status, knock.code, knock.reason)

    const credentials: StationCredentials | null =
      basic.kind === 'present' ? { user: basic.user, password: basic.password } : null
    const resolved = directory.resolve(id)
    const refused = resolved === null ? [] : directory.refusedVersions(id, resolved.backend.name)
    const choice = chooseVersion({
      offered,
      assume: account?.assumeProtocol ?? null,
      listed: resolved === null ? null : resolved.backend.ocpp,
      agreed: resolved === null ? null : directory.agreedVersion(id, resolved.backend.name),
      refused,
    })
    if (choice.kind === 'noneOffered') return refuse(400, 'BB-LINK-026', 'the handshake names no OCPP version')
    if (choice.kind === 'nothingInCommon') return refuse(101, 'BB-LINK-025', choice.reason)

    const isProven = knock.kind === 'accept' ? knock.profile > 0 : credentials !== null
    if (!isProven && !handshake.remoteIsLoopback && (await options.isAlive(id))) {
      return refuse(409, 'BB-LINK-029', 'a connection of this identity is alive')
    }

    const asStation = knock.kind === 'askPrimary'
    const mustAsk = asStation || choice.kind === 'askPrimary' || resolved?.route.mode === 'transparent'
    const outcome: PrimaryOutcome | null =
      mustAsk && resolved !== null
        ? await askPrimary(options.dialler, options.clock, {
            station: id,
            backend: resolved.backend,
            ocpp: choice.offer,
            credentials,
            asStation,
          })
        : null
    const dialled = outcome?.kind === 'up' ? outcome.link : null
    const refuseNow = (status: number, code: FaultCode, reason: string): Verdict => {
      dialled?.terminate()
      return refuse(status, code, reason)
    }

    if (!options.isOpen()) return refuseNow(503, 'BB-LINK-028', 'going down')
    if (outcome?.kind === 'refused' && outcome.cause === 'version') {
      return refuseNow(101, 'BB-LINK-025', `offered ${choice.offer.join(', ')}; the backend ${outcome.reason}`)
    }

    let profile = knock.kind === 'accept' ? knock.profile : 0
    if (asStation) {
      const backend = resolved?.backend.name ?? ''
      const hash = hashes.ofVerdict(id, backend, credentials)
      const kept = verdicts.get(id, backend)
      const decided = judgePrimaryAnswer(
        outcome ?? { kind: 'noRoute' },
        kept !== null && sameSecret(kept, hash),
        handshake.secure,
        credentials !== null,
      )
      if (decided.kind !== 'accept') {
        // A backend that takes its word back has to be asked again, not believed from memory.
        if (decided.kind === 'refuse' && decided.status !== 503) verdicts.remove(id, backend)
        return decided.kind === 'refuse'
          ? refuseNow(decided.status, decided.code, decided.reason)
          : refuseNow(503, 'BB-LINK-027', 'the backend was not asked')
      }
      if (outcome?.kind === 'up' && (kept === null || !sameSecret(kept, hash))) verdicts.put(id, backend, hash)
      profile = decided.profile
    } else if (resolved?.route.mode === 'transparent' && outcome !== null && outcome.kind !== 'up') {
      return refuseNow(503, 'BB-LINK-027', `the route is transparent and the backend ${outcome.reason}`)
    }

    const ocpp = dialled?.ocpp ?? choice.offer[0]
    const tooLong = identityTooLong(id, ocpp)
    if (tooLong !== null) return refuseNow(404, 'BB-LINK-020', tooLong)
    return {
      kind: 'admitted',
      id,
      ocpp,
      announced: choice.announced,
      // To come back on a version that was refused before would lead to the same refusal.
      offered: choice.announced ? choice.offer.filter((each) => each === ocpp || !refused.includes(each)) : [],
      profile,
      certificateSerial: handshake.certificate.kind === 'good' ? handshake.certificate.serial : null,
      credentials,
      dialled,
    }
  }
}
