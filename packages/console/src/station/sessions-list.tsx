// The latest charging sessions of a station.

import type { Session } from '../api/sessions.ts'
import { connectorName } from '../fleet/connector-look.ts'
import { formatDuration, formatMoment, millisecondsOf } from '../format/age.ts'
import { formatEnergy } from '../format/quantity.ts'
import { useNow } from '../parts/ago.tsx'
import { ScrollRegion } from '../parts/scroll-region.tsx'
import { Badge } from '../parts/status.tsx'

export function SessionsList({ sessions }: { sessions: readonly Session[] }) {
  return (
    <ScrollRegion label="Latest sessions" className="max-h-30 min-w-0 flex-1 rounded-md border border-line bg-surface">
      <table className="grid-table">
        <caption className="sr-only">Latest sessions, newest first</caption>
        <colgroup>
          <col className="w-34" />
          <col className="w-14" />
          <col className="w-24" />
          <col className="w-24" />
          <col />
        </colgroup>
        <thead>
          <tr>
            <th className="pl-3">Session began</th>
            <th className="px-2">Conn.</th>
            <th className="px-2 text-end">Length</th>
            <th className="px-2 text-end">Energy</th>
            <th className="px-2 pr-3">State</th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

function SessionRow({ session }: { session: Session }) {
  const now = useNow()
  const began = millisecondsOf(session.startedAt)
  const ended = millisecondsOf(session.stoppedAt)
  const isOpen = ended === null
  const undelivered = Object.entries(session.delivery).filter(([, state]) => state !== 'acknowledged')
  return (
    <tr data-row className="h-7">
      <td className="pl-3">{began === null ? 'unknown' : formatMoment(began).slice(0, 16)}</td>
      <td className="px-2">{connectorName(session)}</td>
      <td className="px-2 text-end">{began === null ? '–' : formatDuration((ended ?? now) - began)}</td>
      <td className="px-2 text-end">{session.energyWh === null ? '–' : formatEnergy(session.energyWh)}</td>
      <td className="px-2 pr-3">
        <span className="flex items-center gap-1.5">
          {isOpen ? (
            <Badge tone="good">running</Badge>
          ) : (
            <span className="text-ink-2">{session.reason ?? 'ended'}</span>
          )}
          {session.startedOffline && <Badge tone="notice">started offline</Badge>}
          {undelivered.map(([backend, state]) => (
            <Badge key={backend} tone={state === 'quarantined' ? 'bad' : 'warning'}>
              {backend}: {state}
            </Badge>
          ))}
        </span>
      </td>
    </tr>
  )
}
