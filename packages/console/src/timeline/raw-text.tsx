// The text of a message: as it was, byte for byte, or laid out for reading with every token as it was.

import { useMemo } from 'react'
import { type JsonTokenKind, layOutJson } from '../format/pretty-json.ts'
import { formatBytes } from '../format/quantity.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { ScrollRegion } from '../parts/scroll-region.tsx'
import { rawView, usePreference } from '../shell/preferences.ts'

const tokenLooks: Readonly<Record<JsonTokenKind, string | undefined>> = {
  key: 'text-ink-2',
  string: 'text-good',
  number: 'text-notice',
  word: 'text-accent',
  mark: 'text-ink-3',
  space: undefined,
}

export function RawText({ raw, title }: { raw: string; title: string }) {
  const view = usePreference(rawView)
  const tokens = useMemo(() => layOutJson(raw), [raw])
  const isPretty = view === 'pretty' && tokens !== null
  return (
    <section aria-label={title}>
      <div className="mb-1 flex flex-wrap items-center gap-1.5">
        <h3 className="font-medium">{title}</h3>
        <span className="mr-auto text-xs text-ink-3">{formatBytes(raw)}</span>
        <fieldset className="flex">
          <legend className="sr-only">How the text is shown</legend>
          <button
            type="button"
            className="button rounded-r-none!"
            aria-pressed={isPretty}
            disabled={tokens === null}
            onClick={() => rawView.set('pretty')}
          >
            Laid out
          </button>
          <button
            type="button"
            className="button -ml-px rounded-l-none!"
            aria-pressed={!isPretty}
            onClick={() => rawView.set('raw')}
          >
            As it was
          </button>
        </fieldset>
        <CopyButton text={raw} label="Copy" />
      </div>
      <ScrollRegion
        label={`${title} of the entry`}
        className="max-h-[50vh] rounded-md border border-line bg-sunken p-2"
      >
        <pre data-testid="raw" className="font-mono text-xs leading-4.5 break-all whitespace-pre-wrap">
          {isPretty
            ? tokens.map((token, index) =>
                token.kind === 'space' ? (
                  token.text
                ) : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: tokens of one text never move
                  <span key={index} className={tokenLooks[token.kind]}>
                    {token.text}
                  </span>
                ),
              )
            : raw}
        </pre>
      </ScrollRegion>
      {tokens === null && <p className="mt-1 text-xs text-ink-3">The text is no JSON, so it is shown as it was.</p>}
    </section>
  )
}
