// Everything about one entry: what happened as a sentence, its fields, what belongs to it, what was found, and its text.

import { ArrowLeftRight, X } from 'lucide-react'
import type { TimelineEntry } from '../api/timeline.ts'
import { formatClock, formatDay, formatDuration, millisecondsOf } from '../format/age.ts'
import { formatLatency } from '../format/quantity.ts'
import { Ago } from '../parts/ago.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { ScrollRegion } from '../parts/scroll-region.tsx'
import { Badge } from '../parts/status.tsx'
import { isAnswer } from './counterpart.ts'
import { blocksOf, fieldsOf } from './entry-fields.ts'
import { subjectOf, toneOf, typeWord } from './entry-look.ts'
import { RawText } from './raw-text.tsx'
import { referenceOf } from './timeline-buffer.ts'

interface EntryDetailProps {
  readonly position: number
  /** null: there is none at that position, or it is on its way. */
  readonly entry: TimelineEntry | null
  readonly counterpart: TimelineEntry | null
  readonly onSelect: (position: number | null) => void
}

export function EntryDetail({ position, entry, counterpart, onSelect }: EntryDetailProps) {
  return (
    <aside
      aria-label="Details of the entry"
      className="flex z-2 w-[25rem] shrink-0 flex-col border-l border-line bg-surface max-[64rem]:absolute max-[64rem]:inset-y-0 max-[64rem]:right-0 max-[64rem]:max-w-full max-[64rem]:shadow-[-8px_0_24px_rgb(0_0_0/0.18)]"
    >
      <div className="flex items-center gap-2 border-b border-line py-1.5 pr-1.5 pl-3">
        {entry !== null && <Badge tone={toneOf(entry)}>{typeWord(entry)}</Badge>}
        <h2 className="min-w-0 flex-1 truncate font-semibold">
          {entry === null ? `Entry ${position}` : subjectOf(entry)}
        </h2>
        <CopyButton text={() => location.href} label="Copy link" />
        <button
          type="button"
          className="button button-quiet"
          aria-label="Close the details"
          title="Close (Esc)"
          onClick={() => onSelect(null)}
        >
          <X className="size-4" aria-hidden="true" />
        </button>
      </div>
      <ScrollRegion label="Fields and text" className="min-h-0 flex-1 space-y-4 p-3">
        {entry === null ? (
          <p className="text-ink-2">There is no entry of this station at that position.</p>
        ) : (
          <Body entry={entry} counterpart={counterpart} onSelect={onSelect} />
        )}
      </ScrollRegion>
    </aside>
  )
}

type BodyProps = Pick<EntryDetailProps, 'counterpart' | 'onSelect'> & { readonly entry: TimelineEntry }

function Body({ entry, counterpart, onSelect }: BodyProps) {
  const at = millisecondsOf(entry.at) ?? 0
  const findings = entry.kind === 'frame' ? (entry.findings ?? []) : []
  return (
    <>
      <p className="text-[0.875rem] leading-5.5 text-pretty">{entry.text}.</p>
      <Related entry={entry} counterpart={counterpart} onSelect={onSelect} />
      {findings.length > 0 && (
        <section aria-label="Findings" className="rounded-md border border-line bg-warning-soft px-3 py-2">
          <h3 className="font-medium text-warning">Not as the specification wants it</h3>
          <ul className="mt-1 space-y-1.5">
            {findings.map((finding) => (
              <li key={`${finding.code}${finding.path}${finding.detail}`}>
                {finding.detail}
                <span className="block font-mono text-xs text-ink-2">
                  {finding.code} {finding.path === '' ? 'the message as a whole' : finding.path}
                </span>
              </li>
            ))}
          </ul>
          <p className="mt-1.5 text-xs text-ink-2">It was passed on all the same; a finding stops nothing.</p>
        </section>
      )}
      <dl className="grid grid-cols-[6.5rem_1fr] gap-y-1">
        <Row name="Time">
          <span className="font-mono text-xs">
            {formatDay(at)} {formatClock(at)}
          </span>
        </Row>
        <Row name="Ago">
          <Ago time={entry.at} />
        </Row>
        {fieldsOf(entry).map(([name, value]) => (
          <Row key={name} name={name}>
            {value}
          </Row>
        ))}
        {entry.session !== null && <Row name="Session">{entry.session}</Row>}
        <Row name="Position">{entry.position}</Row>
      </dl>
      {entry.redacted === true && (
        <p className="rounded-md border border-line bg-sunken px-3 py-2 text-ink-2">
          <strong className="font-medium text-ink">Redacted.</strong> Secrets are never kept, and tokens of drivers are
          replaced for roles below operator.
        </p>
      )}
      {entry.kind === 'frame' && entry.raw === undefined && (
        <p className="text-ink-2">No text could be read from this frame.</p>
      )}
      {entry.kind === 'frame' && entry.raw !== undefined && <RawText raw={entry.raw} title="Text" />}
      {blocksOf(entry).map(([title, value]) => (
        <RawText key={title} title={title} raw={typeof value === 'string' ? value : JSON.stringify(value)} />
      ))}
    </>
  )
}

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  )
}

function Related({ entry, counterpart, onSelect }: BodyProps) {
  const reference = referenceOf(entry)
  const to = counterpart?.position ?? reference
  if (to === null) return null
  const gap = counterpart === null ? null : millisecondsOf(counterpart.at)! - millisecondsOf(entry.at)!
  return (
    <button
      type="button"
      className="flex min-h-8 w-full items-center gap-2 rounded-md border border-edge px-3 py-1.5 text-start hover:bg-sunken"
      onClick={() => onSelect(to)}
      title="To it (r)"
    >
      <ArrowLeftRight className="size-3.5 shrink-0 text-accent" aria-hidden="true" />
      <span className="min-w-0 flex-1">
        <span className="font-medium">{relation(entry, counterpart)}</span>
        {counterpart !== null && <span className="block truncate text-xs text-ink-2">{counterpart.text}</span>}
      </span>
      <span className="text-xs whitespace-nowrap text-ink-3">
        {gap === null ? `entry ${to}` : `${distance(gap)} ${gap < 0 ? 'before' : 'later'}`}
      </span>
    </button>
  )
}

function distance(ms: number): string {
  const length = Math.abs(ms)
  return length < 60_000 ? formatLatency(length) : formatDuration(length)
}

/** What the other entry is to this one. */
function relation(entry: TimelineEntry, other: TimelineEntry | null): string {
  if (isAnswer(entry)) return 'Its call'
  if (other !== null && isAnswer(other)) return 'Its answer'
  return entry.kind === 'delivery' ? 'The message' : 'What it comes from'
}
