// The backends: how they are reached and what is held for them.

import { useQuery } from '@tanstack/react-query'
import { type Backend, backendsQuery } from '../api/backends.ts'
import type { LinkState } from '../api/stations.ts'
import { formatCount, formatLatency } from '../format/quantity.ts'
import { Ago } from '../parts/ago.tsx'
import { Failure, Notice } from '../parts/notice.tsx'
import { ScrollRegion } from '../parts/scroll-region.tsx'
import { LinkGlyph, LinkWord } from '../parts/status.tsx'
import { type BackendHealth, healthOf } from './outage.ts'

const looks: Readonly<Record<BackendHealth, { readonly state: LinkState; readonly word: string }>> = {
  up: { state: 'up', word: 'reached' },
  partial: { state: 'connecting', word: 'reached by some' },
  away: { state: 'down', word: 'out of reach' },
  idle: { state: 'off', word: 'not needed now' },
}

export function BackendsPage() {
  const { data, error, refetch } = useQuery(backendsQuery)
  if (data === undefined) return error === null ? null : <Failure error={error} onRetry={() => void refetch()} />
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex items-baseline gap-3 px-3 pt-3 pb-2">
        <h1 className="text-base font-semibold">Backends</h1>
        <span className="text-ink-3">{data.length === 1 ? '1 backend' : `${data.length} backends`}</span>
      </div>
      {data.length === 0 ? (
        <Notice title="No backend is configured">
          <p>
            Busbar records what stations say and answers nothing in a backend's place. Name one under{' '}
            <code className="font-mono text-xs">backends</code> in{' '}
            <code className="font-mono text-xs">busbar.yaml</code> and route stations to it.
          </p>
        </Notice>
      ) : (
        <ScrollRegion label="List of backends" className="min-h-0 flex-1 border-t border-line">
          <table className="grid-table min-w-[46rem]">
            <caption className="sr-only">Backends with their links and what is held for them</caption>
            <colgroup>
              <col className="w-[17%]" />
              <col className="w-[14%]" />
              <col className="w-[14%]" />
              <col className="w-[9%]" />
              <col className="w-[12%]" />
              <col className="w-[14%]" />
              <col className="w-[11%]" />
              <col className="w-[9%]" />
            </colgroup>
            <thead>
              <tr>
                <th className="pl-3">Backend</th>
                <th className="px-2">State</th>
                <th className="px-2">Links up / down</th>
                <th className="px-2 text-end">Pending</th>
                <th className="px-2 text-end">Oldest waits</th>
                <th className="px-2 text-end">Acknowledged</th>
                <th className="px-2 text-end">Quarantine</th>
                <th className="px-2 pr-3 text-end">Latency</th>
              </tr>
            </thead>
            <tbody>
              {data.map((backend) => (
                <BackendRow key={backend.name} backend={backend} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </div>
  )
}

function BackendRow({ backend }: { backend: Backend }) {
  const look = looks[healthOf(backend)]
  const { links, pending, quarantined } = backend
  return (
    <tr data-row className="h-12">
      <th scope="row" className="static! h-12! truncate bg-transparent! pl-3">
        <span className="block text-sm font-semibold text-ink">{backend.name}</span>
        <span className="block truncate font-mono font-normal" title={backend.url}>
          {backend.url}
        </span>
      </th>
      <td className="px-2">
        <span className="flex items-center gap-1.5">
          <LinkGlyph state={look.state} />
          <LinkWord state={look.state}>{look.word}</LinkWord>
        </span>
      </td>
      <td className="px-2">
        {formatCount(links.up)} <span className="text-ink-3">/</span>{' '}
        <span className={links.down > 0 ? 'font-medium text-warning' : 'text-ink-3'}>{formatCount(links.down)}</span>
      </td>
      <td className={`px-2 text-end ${pending > 0 ? 'font-medium text-warning' : 'text-ink-3'}`}>
        {formatCount(pending)}
      </td>
      <td className="px-2 text-end">
        {backend.oldestPendingAt === null ? <None /> : <Ago time={backend.oldestPendingAt} />}
      </td>
      <td className="px-2 text-end">{formatCount(backend.acknowledged)}</td>
      <td className={`px-2 text-end ${quarantined > 0 ? 'font-medium text-bad' : 'text-ink-3'}`}>
        {formatCount(quarantined)}
      </td>
      <td className="px-2 pr-3 text-end">{backend.latencyMs === null ? <None /> : formatLatency(backend.latencyMs)}</td>
    </tr>
  )
}

function None() {
  return (
    <span className="text-ink-3">
      <span aria-hidden="true">–</span>
      <span className="sr-only">none</span>
    </span>
  )
}
