// The search and the chips above the stations.

import { formatCount } from '../format/quantity.ts'
import { SearchField } from '../parts/search-field.tsx'
import { type Chip, chips, type FleetView } from './fleet-search.ts'

const words: Readonly<Record<Chip, string>> = {
  connected: 'Connected',
  away: 'Away',
  charging: 'Charging',
  'backend-down': 'Backend down',
}

interface FleetToolbarProps {
  readonly view: FleetView
  readonly counts: Readonly<Record<Chip, number>>
  readonly onText: (text: string) => void
  readonly onChip: (chip: Chip) => void
}

export function FleetToolbar({ view, counts, onText, onChip }: FleetToolbarProps) {
  return (
    <>
      <SearchField
        text={view.text}
        onText={onText}
        label="Search stations"
        placeholder="Identity, make, firmware, tag…"
      />
      <fieldset className="flex flex-wrap gap-1.5">
        <legend className="sr-only">Show only</legend>
        {chips.map((chip) => (
          <button
            key={chip}
            type="button"
            className="button rounded-full! px-2.5!"
            aria-pressed={view.chips.has(chip)}
            onClick={() => onChip(chip)}
          >
            {words[chip]}
            <span className="text-xs text-ink-3">{formatCount(counts[chip])}</span>
          </button>
        ))}
      </fieldset>
    </>
  )
}
