// Ages that count on: one clock for the page, so that a hundred rows cost one timer.

import { useSyncExternalStore } from 'react'
import { formatAge, formatMoment, millisecondsOf } from '../format/age.ts'

const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | null = null

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
}

/** The time, once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}

/** How long ago a time was; its tooltip says when exactly. */
export function Ago({ time, className }: { time: string | null; className?: string }) {
  const current = useNow()
  const ms = millisecondsOf(time)
  if (ms === null || time === null) return <span className={className}>never</span>
  return (
    <time dateTime={time} title={formatMoment(ms)} className={className}>
      {formatAge(ms, current)}
    </time>
  )
}
