// What the keys do, and the switch that turns them off.

import { X } from 'lucide-react'
import { type RefObject, useId } from 'react'
import { singleKeys, usePreference } from './preferences.ts'

const rows: readonly (readonly [string, string])[] = [
  ['/', 'Search on this page'],
  ['g s', 'Stations'],
  ['g b', 'Backends'],
  ['j', 'Next row'],
  ['k', 'Previous row'],
  ['Enter', 'Open the row'],
  ['Esc', 'Close, or leave the search'],
  ['r', 'From a call to its answer and back'],
  ['.', 'Follow what happens, or stop'],
  ['o', 'Newest first or last'],
  ['?', 'This page'],
]

export function HelpDialog({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  const title = useId()
  const enabled = usePreference(singleKeys) === 'on'
  return (
    <dialog
      ref={dialog}
      aria-labelledby={title}
      className="m-auto w-96 rounded-md border border-edge bg-surface p-0 text-ink shadow-lg backdrop:bg-black/40"
    >
      <div className="flex items-center justify-between border-b border-line py-2 pr-2 pl-4">
        <h2 id={title} className="text-sm font-semibold">
          Keys
        </h2>
        <button
          type="button"
          className="button button-quiet"
          aria-label="Close the help"
          onClick={() => dialog.current?.close()}
        >
          <X className="size-4" aria-hidden="true" />
        </button>
      </div>
      <dl className="grid grid-cols-[5rem_1fr] gap-y-1.5 px-4 py-3">
        {rows.map(([keys, meaning]) => (
          <div key={keys} className="contents">
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key} className="mr-1 rounded-sm border border-edge bg-sunken px-1.5 font-mono text-xs">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd className="text-ink-2">{meaning}</dd>
          </div>
        ))}
      </dl>
      <label className="flex min-h-6 items-center gap-2 border-t border-line px-4 py-2.5">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={enabled}
          onChange={(event) => singleKeys.set(event.target.checked ? 'on' : 'off')}
        />
        Single keys do something on this browser
      </label>
    </dialog>
  )
}
