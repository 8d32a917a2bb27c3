// Keeps the certificates of the listeners fresh: reads files again when they change or when asked, and raises a fault
// when one ends soon. Renewal tools replace files in several steps, so a set that does not fit together is left alone and
// tried again at the next look.

import type { Server } from 'node:http'
import { Server as TlsServer } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import type { StationListener } from '../config/settings.ts'
import type { StationSocketEvents } from '../links.ts'
import type { Clock } from '../system/clock.ts'
import { type CertificateExpiry, fingerprintOf, type ListenerCertificates, readCertificates } from './certificates.ts'

const lookEveryMs = 60_000
const dayMs = 24 * 60 * 60 * 1000

/** Time enough to renew a certificate by hand, with a holiday in between. */
const warnBeforeMs = 30 * dayMs

interface Watched {
  current: ListenerCertificates
  server: TlsServer | null
  /** The files that did not work, so that one fault is raised for them and not one a minute. */
  brokenFingerprint: string | null
}

/**
 * Reads the certificates of all wss: listeners and watches their files.
 * @throws when files cannot be used at the start
 */
export function createCertificateWatch(
  listeners: readonly StationListener[],
  ticketSecret: Uint8Array,
  clock: Clock,
  events: Pick<StationSocketEvents, 'listenerFault'>,
) {
  const watched = new Map<StationListener, Watched>()
  for (const listener of listeners) {
    if (listener.tls === null) continue
    watched.set(listener, {
      current: readCertificates(listener, ticketSecret),
      server: null,
      brokenFingerprint: null,
    })
  }
  /** Day on which the end of a certificate was last told, by file. */
  const warnedOn = new Map<string, number>()

  function refresh(listener: StationListener, state: Watched): void {
    const fingerprint = fingerprintOf(listener)
    try {
      const fresh = readCertificates(listener, ticketSecret)
      state.server?.setSecureContext(fresh.context)
      state.current = fresh
      state.brokenFingerprint = null
    } catch (error) {
      if (state.brokenFingerprint === fingerprint) return
      state.brokenFingerprint = fingerprint
      events.listenerFault('BB-LINK-041', (error as Error).message, { listener: listener.url })
    }
  }

  function warnOfEnds(): void {
    const now = clock.now()
    for (const { current } of watched.values()) {
      for (const { listener, file, subject, notAfter } of current.expiries) {
        if (notAfter - now > warnBeforeMs) continue
        const today = Math.floor(now / dayMs)
        if (warnedOn.get(file) === today) continue
        warnedOn.set(file, today)
        const days = Math.floor(Math.abs(notAfter - now) / dayMs)
        const text = notAfter < now ? `${file} ended ${days} days ago` : `${file} ends in ${days} days`
        events.listenerFault('BB-LINK-040', text, {
          listener,
          file,
          subject,
          notAfter: new Date(notAfter).toISOString(),
        })
      }
    }
  }

  let cancelLook: (() => void) | null = null
  const look = () => {
    for (const [listener, state] of watched) {
      if (fingerprintOf(listener) !== state.current.fingerprint) refresh(listener, state)
    }
    warnOfEnds()
    cancelLook = clock.after(lookEveryMs, look)
  }
  if (watched.size > 0) cancelLook = clock.after(0, look)

  return {
    /** TLS options of a listener; empty for ws: listeners. */
    contextOf: (listener: StationListener): SecureContextOptions => watched.get(listener)?.current.context ?? {},
    /** Tells which server serves a listener, so that fresh files reach it. */
    attach(listener: StationListener, server: Server | TlsServer): void {
      const state = watched.get(listener)
      if (state !== undefined && server instanceof TlsServer) state.server = server
    },
    reload(): void {
      for (const [listener, state] of watched) {
        state.brokenFingerprint = null
        refresh(listener, state)
      }
      warnOfEnds()
    },
    expiries: (): CertificateExpiry[] => [...watched.values()].flatMap(({ current }) => current.expiries),
    stop(): void {
      cancelLook?.()
    },
  }
}
