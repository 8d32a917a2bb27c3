// The stripe above every page while a backend cannot be reached by any station.

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'
import { backendsQuery } from '../api/backends.ts'
import { formatDuration } from '../format/age.ts'
import { formatCount } from '../format/quantity.ts'
import { useNow } from '../parts/ago.tsx'
import { type Outage, outagesOf } from './outage.ts'

export function OutageStripe() {
  const { data = [] } = useQuery(backendsQuery)
  const outages = outagesOf(data)
  return (
    <div role="status">
      {outages.map((outage) => (
        <Stripe key={outage.backend} outage={outage} />
      ))}
    </div>
  )
}

function Stripe({ outage }: { outage: Outage }) {
  const now = useNow()
  const { backend, held, oldestAt, stations } = outage
  return (
    <p className="flex min-h-8 flex-wrap items-center gap-x-2 border-b border-line bg-warning-soft px-3 py-1">
      <TriangleAlert className="size-4 shrink-0 text-warning" aria-hidden="true" />
      <strong className="font-semibold">{backend} cannot be reached</strong>
      <span>
        from {stations === 1 ? 'one station' : `${formatCount(stations)} stations`};{' '}
        {held === 0
          ? 'no message is held for it'
          : held === 1
            ? '1 message held'
            : `${formatCount(held)} messages held`}
        {oldestAt !== null && <span aria-live="off">, the oldest for {formatDuration(now - oldestAt)}</span>}
      </span>
      <Link to="/backends" className="ml-auto inline-flex min-h-6 items-center underline underline-offset-2">
        Backends
      </Link>
    </p>
  )
}
